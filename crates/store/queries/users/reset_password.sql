-- Whoever could read the mail has shown that the address is theirs, and accepts an invitation that there was.
UPDATE users SET password_hash = ?2, email_verified_at = coalesce(email_verified_at, ?3),
  status = iif(status = 'invited', 'active', status), updated_at = ?3
WHERE id = ?1
