SELECT permissions.id, permissions.name, permissions.description, permissions.application, permissions.system
FROM role_permissions JOIN permissions ON permissions.id = role_permissions.permission_id
WHERE role_permissions.role_id = ?1
ORDER BY permissions.name
