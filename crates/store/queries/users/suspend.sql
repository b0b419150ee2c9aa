UPDATE users SET status = 'suspended', updated_at = ?2 WHERE id = ?1
