DELETE FROM permissions WHERE id = ?1
