-- To everybody whom the events of the request ?1 from the id ?2 on name.
INSERT INTO user_roles (user_id, role_id, granted_at)
SELECT target_id, ?3, ?4 FROM audit_log WHERE request_id = ?1 AND id >= ?2
