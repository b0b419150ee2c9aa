INSERT INTO user_roles (user_id, role_id, granted_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING
