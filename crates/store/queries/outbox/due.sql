SELECT id, kind, payload, attempts, due_at FROM outbox WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2
