DELETE FROM identity_logouts
WHERE token IN (SELECT token FROM identity_logouts WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
RETURNING token
