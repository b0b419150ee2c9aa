-- Tells of the end of the session of a token, if there is one.
INSERT INTO audit_log
  (id, at, action, actor_id, target_type, target_id, tenant_id, request_id, client_address, details)
SELECT ?2, ?3, ?4, ?5, ?6, sessions.id, users.tenant_id, ?7, ?8, json_object('reason', ?9, 'userId', users.id)
FROM sessions JOIN users ON users.id = sessions.user_id
WHERE sessions.token_hash = ?1
