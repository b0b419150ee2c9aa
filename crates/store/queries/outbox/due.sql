SELECT id, kind, payload, attempts FROM outbox WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2
