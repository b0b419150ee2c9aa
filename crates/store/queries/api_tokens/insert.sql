INSERT INTO api_tokens (id, token_hash, user_id, name, scopes, created_at, expires_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
