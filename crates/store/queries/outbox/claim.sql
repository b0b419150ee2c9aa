-- Whoever gets the row does the work; the others find that it is due at another time.
UPDATE outbox SET due_at = ?3 WHERE id = ?1 AND due_at = ?2 RETURNING id
