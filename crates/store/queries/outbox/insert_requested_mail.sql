-- Comes after the request in its batch, and does nothing where that did nothing.
INSERT INTO outbox (id, kind, payload, due_at, created_at)
SELECT ?3, 'send_mail', json_object('template', ?2, 'userId', users.id), ?4, ?5
FROM users JOIN mail_requests ON mail_requests.user_id = users.id AND mail_requests.template = ?2
WHERE users.email = ?1 AND mail_requests.outbox_id = ?3
