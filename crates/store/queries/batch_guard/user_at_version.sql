-- The decision looked at what this user may do.
INSERT INTO batch_guard (name, holds) SELECT 'decision_current', EXISTS (
  SELECT 1 FROM users WHERE id = ?1 AND authz_version = ?2)
