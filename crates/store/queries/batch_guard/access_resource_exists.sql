INSERT INTO batch_guard (name, holds)
SELECT 'target_exists', EXISTS (SELECT 1 FROM access_resources WHERE type = ?1 AND id = ?2)
