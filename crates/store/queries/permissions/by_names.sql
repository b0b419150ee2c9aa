SELECT id, name, description, application, system FROM permissions
WHERE name IN (SELECT value FROM json_each(?1))
ORDER BY name
