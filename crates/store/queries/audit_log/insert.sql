INSERT INTO audit_log
  (id, at, action, actor_id, target_type, target_id, tenant_id, request_id, client_address, details)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
