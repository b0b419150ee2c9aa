-- The first ?1 grants of roles that may not be readable: every text that is none, and perhaps one that is. The joins
-- are CROSS so that the catalogue is read once, rather than every grant of every role.
SELECT roles.name AS role, permissions.name AS "grant"
FROM permissions
CROSS JOIN role_permissions ON role_permissions.permission_id = permissions.id
CROSS JOIN roles ON roles.id = role_permissions.role_id
WHERE permissions.name NOT GLOB '[a-z*]*:[a-z*]*'
  OR permissions.name GLOB '*[^a-z0-9_.:*-]*'
  OR permissions.name GLOB '*:*:*'
  OR permissions.name GLOB '[*][^:]*' OR permissions.name GLOB '*[^:][*]*'
  OR (permissions.name GLOB '*:[*]*' AND permissions.name NOT GLOB '*:[*]')
  OR permissions.name = '*:*'
  OR (permissions.name GLOB 'admin:*' AND permissions.name <> 'admin:all')
  OR instr(permissions.name, ':') > 65
  OR length(permissions.name) - instr(permissions.name, ':') > 64
ORDER BY permissions.name, roles.name LIMIT CAST(?1 AS INTEGER)
