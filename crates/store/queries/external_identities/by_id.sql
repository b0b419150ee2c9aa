SELECT id, issuer, subject, email, created_at, last_used_at
FROM external_identities
WHERE id = ?1 AND user_id = ?2
