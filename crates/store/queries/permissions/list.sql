SELECT id, name, description, application, system FROM permissions WHERE name > ?1 ORDER BY name LIMIT ?2
