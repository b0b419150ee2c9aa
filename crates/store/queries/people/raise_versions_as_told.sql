-- Of everybody whom the events of the request ?1 from the id ?2 on name.
UPDATE users SET authz_version = authz_version + 1, updated_at = ?3
WHERE id IN (SELECT target_id FROM audit_log WHERE request_id = ?1 AND id >= ?2)
