INSERT INTO identity_logins (token_hash, provider, next, user_id, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)
