-- The same for an address, where `mail_requests/upsert_by_email`, which comes after it, will find that enough time has passed.
DELETE FROM outbox
WHERE id IN (
  SELECT mail_requests.outbox_id
  FROM users JOIN mail_requests ON mail_requests.user_id = users.id AND mail_requests.template = ?2
  WHERE users.email = ?1 AND (mail_requests.requested_at <= ?4 OR mail_requests.requested_at > ?3))
