-- Ids sort by time: ?1 is the first one of the time ?2.
DELETE FROM outbox
WHERE created_at < ?2 AND id IN (SELECT id FROM outbox WHERE id < ?1 ORDER BY id LIMIT ?3)
RETURNING id, kind
