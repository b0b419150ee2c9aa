SELECT roles.id, roles.name, roles.description, roles.system, user_roles.granted_at, user_roles.granted_by
FROM user_roles JOIN roles ON roles.id = user_roles.role_id
WHERE user_roles.user_id = ?1
ORDER BY roles.name
