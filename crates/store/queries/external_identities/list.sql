-- A user's identities, the oldest first; the page after the identity ?2, or the first one where that is empty.
SELECT id, issuer, subject, email, created_at, last_used_at
FROM external_identities
WHERE user_id = ?1 AND id > ?2
ORDER BY id
LIMIT ?3
