-- A hash of the same password under newer settings: no version rises. Nothing happens if the password has changed since.
UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2
