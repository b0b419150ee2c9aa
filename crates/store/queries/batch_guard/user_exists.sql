INSERT INTO batch_guard (name, holds) SELECT 'target_exists', EXISTS (SELECT 1 FROM users WHERE id = ?1)
