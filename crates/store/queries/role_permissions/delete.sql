DELETE FROM role_permissions WHERE role_id = ?1 AND permission_id = ?2
