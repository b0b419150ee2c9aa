-- Written before the session is deleted, in the same batch: the hash is known nowhere else.
INSERT INTO outbox (id, kind, payload, due_at, created_at)
SELECT ?1, 'revoke_sessions', json_object('tokenHashes', json_array(token_hash)), ?3, ?4
FROM sessions WHERE id = ?2 AND cached IS NOT NULL
