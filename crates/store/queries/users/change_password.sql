-- A new password: every decision about the account is stale, as after any change of its credentials.
UPDATE users SET password_hash = ?2, authz_version = authz_version + 1, updated_at = ?3 WHERE id = ?1
