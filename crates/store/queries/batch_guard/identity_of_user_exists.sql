INSERT INTO batch_guard (name, holds) SELECT 'target_exists', EXISTS (
  SELECT 1 FROM external_identities WHERE id = ?1 AND user_id = ?2)
