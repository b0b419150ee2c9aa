-- Nothing for an unknown address, and nothing where the last mail of this kind is too recent. One in the future was asked for
-- under a clock that was wrong, and must not stand in the way for years.
INSERT INTO mail_requests (user_id, template, outbox_id, requested_at)
SELECT id, ?2, ?3, ?4 FROM users WHERE email = ?1
ON CONFLICT (user_id, template) DO UPDATE SET outbox_id = excluded.outbox_id, requested_at = excluded.requested_at
WHERE mail_requests.requested_at <= ?5 OR mail_requests.requested_at > excluded.requested_at
