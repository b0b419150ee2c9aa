-- Comes before its record is written: whatever changes from here on tells the cache. No row where the session is over, or where
-- something has changed since its user was at version ?2.
UPDATE sessions SET cached = 'live'
WHERE id = ?1 AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND users.authz_version = ?2)
RETURNING id
