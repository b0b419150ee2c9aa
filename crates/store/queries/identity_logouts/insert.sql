INSERT INTO identity_logouts (token, expires_at) VALUES (?1, ?2)
