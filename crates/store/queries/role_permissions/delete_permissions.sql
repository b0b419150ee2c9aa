DELETE FROM role_permissions WHERE permission_id IN (SELECT value FROM json_each(?1))
