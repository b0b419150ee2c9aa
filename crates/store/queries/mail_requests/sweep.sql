-- From the front: nearly all of them are of no use any more, so that what is still of use never stands in the way for long. One
-- whose mail waits to be sent stays, so that the next of its kind finds it.
DELETE FROM mail_requests
WHERE requested_at <= ?1 AND (user_id, template) IN (
  SELECT user_id, template FROM mail_requests WHERE user_id > '' ORDER BY user_id, template LIMIT ?2)
AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = mail_requests.outbox_id)
RETURNING user_id
