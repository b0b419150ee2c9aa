-- Whoever has never signed in goes on waiting for an invitation.
UPDATE users SET status = iif(password_hash IS NULL AND email_verified_at IS NULL, 'invited', 'active'), updated_at = ?2
WHERE id = ?1 AND status = 'suspended'
