-- The first ?1 that nobody has.
SELECT id, name, count(*) OVER () AS of_all FROM roles
WHERE NOT EXISTS (SELECT 1 FROM user_roles WHERE role_id = roles.id)
ORDER BY name LIMIT CAST(?1 AS INTEGER)
