-- Whoever shows that an address is theirs takes over an account that was made for it and never confirmed: nothing that its
-- maker knows opens it any more. An invitation counts as accepted.
UPDATE users SET password_hash = NULL, email_verified_at = ?2, status = iif(status = 'invited', 'active', status),
  authz_version = authz_version + 1, updated_at = ?2
WHERE id = ?1
