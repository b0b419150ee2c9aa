-- Tokens that are over, among the ?3 next to the hash ?1 and the ?3 of the lowest hashes below it.
DELETE FROM one_time_tokens
WHERE expires_at <= ?2 AND token_hash IN (
  SELECT token_hash FROM (SELECT token_hash FROM one_time_tokens WHERE token_hash >= ?1 ORDER BY token_hash LIMIT ?3)
  UNION ALL
  SELECT token_hash FROM (SELECT token_hash FROM one_time_tokens WHERE token_hash < ?1 ORDER BY token_hash LIMIT ?3))
RETURNING user_id
