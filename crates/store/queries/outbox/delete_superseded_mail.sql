-- The mail of this kind that still waits to be sent; comes before the one that takes its place, in its batch. Of the links in
-- several, only one would work.
DELETE FROM outbox
WHERE id IN (SELECT outbox_id FROM mail_requests WHERE user_id = ?1 AND template = ?2)
