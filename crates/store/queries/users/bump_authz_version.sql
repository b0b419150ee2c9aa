UPDATE users SET authz_version = authz_version + 1, updated_at = ?2 WHERE id = ?1
