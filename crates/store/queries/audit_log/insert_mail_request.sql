-- Tells only of a request that something came of.
INSERT INTO audit_log (id, at, action, actor_id, target_type, target_id, tenant_id, request_id, client_address, details)
SELECT ?3, ?4, ?7, NULL, ?8, users.id, users.tenant_id, ?5, ?9, json_object('template', ?2)
FROM users JOIN mail_requests ON mail_requests.user_id = users.id AND mail_requests.template = ?2
WHERE users.email = ?1 AND mail_requests.outbox_id = ?6
