-- A user's live sessions, the newest first; the page after the session ?4, or the first one where that is empty.
SELECT id, user_agent, created_at, last_seen_at, expires_at
FROM sessions
WHERE user_id = ?1 AND expires_at > ?2 AND last_seen_at > ?3 AND id < CASE ?4 WHEN '' THEN '~' ELSE ?4 END
ORDER BY id DESC
LIMIT ?5
