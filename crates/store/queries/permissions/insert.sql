INSERT INTO permissions (id, name, description, application, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
