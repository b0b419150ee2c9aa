DELETE FROM identity_logins
WHERE token_hash IN (SELECT token_hash FROM identity_logins WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
RETURNING token_hash
