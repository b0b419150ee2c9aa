-- The older token of this purpose is worth nothing from now on.
INSERT INTO one_time_tokens (token_hash, user_id, purpose, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (user_id, purpose) DO UPDATE SET
  token_hash = excluded.token_hash, created_at = excluded.created_at, expires_at = excluded.expires_at
