-- Comes after the user's version was raised, in its batch. Where the cache has no record that is believed, there is nothing to tell.
INSERT INTO outbox (id, kind, payload, due_at, created_at)
SELECT ?1, 'invalidate_user',
  json_object('tokenHashes', json_group_array(sessions.token_hash), 'userVersion', users.authz_version), ?3, ?4
FROM sessions JOIN users ON users.id = sessions.user_id
WHERE sessions.user_id = ?2 AND sessions.cached = 'live'
HAVING count(*) > 0
