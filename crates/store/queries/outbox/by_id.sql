SELECT id, kind, payload, attempts, due_at, created_at FROM outbox WHERE id = ?1
