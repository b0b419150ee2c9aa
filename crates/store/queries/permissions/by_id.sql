SELECT id, name, description, application, system FROM permissions WHERE id = ?1
