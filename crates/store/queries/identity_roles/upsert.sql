-- Comes after the role was given, in the same batch.
INSERT INTO identity_roles (identity_id, role_id, granted_at) VALUES (?1, ?2, ?3)
ON CONFLICT (identity_id, role_id) DO UPDATE SET granted_at = excluded.granted_at
