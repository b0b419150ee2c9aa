SELECT id, kind, payload, attempts FROM outbox WHERE id = ?1
