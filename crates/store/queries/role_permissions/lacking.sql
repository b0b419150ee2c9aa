-- ?1 is a JSON list of {role, permission}: those of them that are not granted, whether role and permission exist or not.
SELECT value ->> 'role' AS role, value ->> 'permission' AS permission
FROM json_each(?1)
WHERE NOT EXISTS (
  SELECT 1 FROM roles
  JOIN role_permissions ON role_permissions.role_id = roles.id
  JOIN permissions ON permissions.id = role_permissions.permission_id
  WHERE roles.name = value ->> 'role' AND permissions.name = value ->> 'permission')
