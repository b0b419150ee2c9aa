INSERT INTO batch_guard (name, holds) SELECT 'target_exists', EXISTS (
  SELECT 1 FROM user_roles WHERE user_id = ?1 AND role_id = ?2)
