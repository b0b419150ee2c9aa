INSERT INTO access_resources (type, id, created_at) VALUES (?1, ?2, ?3)
