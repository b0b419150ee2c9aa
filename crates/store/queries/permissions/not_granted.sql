-- The first ?1 that no role grants, neither by name nor by a wildcard; `admin:all` does not count, or every one would be
-- granted.
SELECT name, application, system, count(*) OVER () AS of_all FROM permissions
WHERE NOT EXISTS (SELECT 1 FROM role_permissions WHERE permission_id = permissions.id)
  AND NOT EXISTS (
    SELECT 1 FROM permissions AS wildcards
    JOIN role_permissions ON role_permissions.permission_id = wildcards.id
    WHERE wildcards.name IN (
      substr(permissions.name, 1, instr(permissions.name, ':')) || '*',
      '*' || substr(permissions.name, instr(permissions.name, ':'))))
ORDER BY name LIMIT CAST(?1 AS INTEGER)
