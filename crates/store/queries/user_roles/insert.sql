INSERT INTO user_roles (user_id, role_id, granted_at, granted_by) VALUES (?1, ?2, ?3, ?4)
