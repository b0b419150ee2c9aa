-- What a user may do, and through which roles.
SELECT permissions.name, json_group_array(roles.name ORDER BY roles.name) AS roles
FROM user_roles
JOIN roles ON roles.id = user_roles.role_id
JOIN role_permissions ON role_permissions.role_id = roles.id
JOIN permissions ON permissions.id = role_permissions.permission_id
WHERE user_roles.user_id = ?1
GROUP BY permissions.name
ORDER BY permissions.name
