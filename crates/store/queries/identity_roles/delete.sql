DELETE FROM identity_roles WHERE identity_id = ?1 AND role_id = ?2
