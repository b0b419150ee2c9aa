INSERT INTO access_resources (type, id, created_at) VALUES ('record', 'record-1', 40);
