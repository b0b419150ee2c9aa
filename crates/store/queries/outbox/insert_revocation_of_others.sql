-- Written before the sessions are deleted, in the same batch: the hashes are known nowhere else.
INSERT INTO outbox (id, kind, payload, due_at, created_at)
SELECT ?1, 'revoke_sessions', json_object('tokenHashes', json_group_array(token_hash)), ?4, ?5
FROM sessions WHERE user_id = ?2 AND id <> ?3 AND cached IS NOT NULL
HAVING count(*) > 0
