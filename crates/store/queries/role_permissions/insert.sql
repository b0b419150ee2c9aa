INSERT INTO role_permissions (role_id, permission_id) VALUES (?1, ?2)
