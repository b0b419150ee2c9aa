SELECT id, kind, payload, attempts, due_at FROM outbox WHERE id = ?1
