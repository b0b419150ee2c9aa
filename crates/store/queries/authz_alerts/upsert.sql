-- Comes after outbox/insert_alert, in its batch and with the same condition.
INSERT INTO authz_alerts (id, alerted_at) VALUES (1, CAST(?1 AS INTEGER))
ON CONFLICT (id) DO UPDATE SET alerted_at = excluded.alerted_at WHERE alerted_at <= CAST(?2 AS INTEGER)
