UPDATE roles SET name = ?2, description = ?3, updated_at = ?4 WHERE id = ?1
