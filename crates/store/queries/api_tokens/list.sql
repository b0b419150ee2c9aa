-- A user's tokens, the newest first; the page after the token ?2, or the first one where that is empty.
SELECT id, name, scopes, created_at, expires_at, last_used_at
FROM api_tokens
WHERE user_id = ?1 AND id < CASE ?2 WHEN '' THEN '~' ELSE ?2 END
ORDER BY id DESC
LIMIT ?3
