-- Counts no further than ?3.
SELECT count(*) AS tokens FROM (SELECT 1 FROM api_tokens WHERE user_id = ?1 AND expires_at > ?2 LIMIT ?3)
