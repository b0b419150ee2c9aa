DELETE FROM role_permissions WHERE role_id = ?1 AND permission_id IN (SELECT value FROM json_each(?2))
