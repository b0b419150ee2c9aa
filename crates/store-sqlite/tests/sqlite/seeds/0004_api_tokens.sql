INSERT INTO api_tokens (id, token_hash, user_id, name, scopes, created_at, expires_at, last_used_at) VALUES
  ('00000000-0000-7000-8000-0000000000f8', 'hash-8', '00000000-0000-7000-8000-0000000000a1', 'CI', '["docs:*"]', 30, 90, 31);
