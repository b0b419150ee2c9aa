-- Nobody has shown that the new address is the user's.
UPDATE users SET email = ?2, email_verified_at = NULL, updated_at = ?3 WHERE id = ?1
