SELECT id, name, description, system, created_at, updated_at FROM roles WHERE name > ?1 ORDER BY name LIMIT ?2
