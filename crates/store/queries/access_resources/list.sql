SELECT id FROM access_resources WHERE type = ?1 AND id > ?2 ORDER BY id LIMIT ?3
