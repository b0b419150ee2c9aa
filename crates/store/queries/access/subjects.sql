-- Users by id or address, with those of the given grants that their roles give them, each with the name of the role.
SELECT users.id, users.email, users.status = 'active' AND tenants.status = 'active' AS active,
  (SELECT json_group_array(json_array(name, role)) FROM (
    SELECT permissions.name, roles.name AS role FROM user_roles
    JOIN roles ON roles.id = user_roles.role_id
    JOIN role_permissions ON role_permissions.role_id = roles.id
    JOIN permissions ON permissions.id = role_permissions.permission_id
    WHERE user_roles.user_id = users.id AND permissions.name IN (SELECT value FROM json_each(?3))
    ORDER BY permissions.name, roles.name)) AS grants
FROM users
JOIN tenants ON tenants.id = users.tenant_id
WHERE users.id IN (SELECT value FROM json_each(?1)) OR users.email IN (SELECT value FROM json_each(?2))
