-- Nothing, where an alert has gone out since ?5.
INSERT INTO outbox (id, kind, payload, due_at, created_at)
SELECT ?1, ?2, ?3, CAST(?4 AS INTEGER), CAST(?4 AS INTEGER)
WHERE NOT EXISTS (SELECT 1 FROM authz_alerts WHERE id = 1 AND alerted_at > CAST(?5 AS INTEGER))
