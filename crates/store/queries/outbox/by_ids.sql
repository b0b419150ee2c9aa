SELECT id, kind, payload, attempts, due_at, created_at FROM outbox WHERE id IN (SELECT value FROM json_each(?1))
