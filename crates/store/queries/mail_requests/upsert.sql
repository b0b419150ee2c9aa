INSERT INTO mail_requests (user_id, template, outbox_id, requested_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (user_id, template) DO UPDATE SET outbox_id = excluded.outbox_id, requested_at = excluded.requested_at
