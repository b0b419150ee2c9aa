-- At most once an hour: ?3 is an hour ago.
UPDATE api_tokens SET last_used_at = ?2 WHERE id = ?1 AND coalesce(last_used_at, 0) <= ?3
