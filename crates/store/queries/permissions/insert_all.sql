-- ?1 is a JSON list of {id, name, description}.
INSERT INTO permissions (id, name, description, application, created_at)
SELECT value ->> 'id', value ->> 'name', value ->> 'description', ?2, ?3 FROM json_each(?1)
