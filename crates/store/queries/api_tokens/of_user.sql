SELECT id, name, scopes, created_at, expires_at, last_used_at FROM api_tokens WHERE id = ?1 AND user_id = ?2
