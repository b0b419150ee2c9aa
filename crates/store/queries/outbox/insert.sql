INSERT INTO outbox (id, kind, payload, due_at, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
