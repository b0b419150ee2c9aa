INSERT INTO role_permissions (role_id, permission_id)
SELECT ?1, value FROM json_each(?2) WHERE TRUE
ON CONFLICT DO NOTHING
