UPDATE users SET authz_version = authz_version + 1, updated_at = ?2
WHERE id IN (SELECT user_id FROM user_roles WHERE role_id = ?1)
