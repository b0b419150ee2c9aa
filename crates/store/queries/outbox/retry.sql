UPDATE outbox SET attempts = attempts + 1, due_at = ?2 WHERE id = ?1
