-- Sessions that are over, among the ?4 next to the token hash ?1 and the ?4 of the lowest hashes below it.
DELETE FROM sessions
WHERE (expires_at <= ?2 OR last_seen_at <= ?3) AND token_hash IN (
  SELECT token_hash FROM (SELECT token_hash FROM sessions WHERE token_hash >= ?1 ORDER BY token_hash LIMIT ?4)
  UNION ALL
  SELECT token_hash FROM (SELECT token_hash FROM sessions WHERE token_hash < ?1 ORDER BY token_hash LIMIT ?4))
RETURNING id
