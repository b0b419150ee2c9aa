-- Whoever gets the row has the one answer to this sign-in.
DELETE FROM identity_logins WHERE token_hash = ?1 AND expires_at > ?2 RETURNING provider, next, user_id
