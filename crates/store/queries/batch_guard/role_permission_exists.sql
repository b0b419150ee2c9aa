INSERT INTO batch_guard (name, holds) SELECT 'target_exists', EXISTS (
  SELECT 1 FROM role_permissions WHERE role_id = ?1 AND permission_id = ?2)
