-- Events of one tenant, the newest first: from below the id ?1 down to the id ?2. Other filters are checked
-- row by row.
SELECT audit_log.id, audit_log.at, audit_log.action, audit_log.actor_id, users.email AS actor_email,
  users.first_name AS actor_first_name, users.last_name AS actor_last_name, audit_log.target_type, audit_log.target_id,
  tenants.name AS tenant, audit_log.request_id, audit_log.client_address, audit_log.details
FROM audit_log
LEFT JOIN users ON users.id = audit_log.actor_id
LEFT JOIN tenants ON tenants.id = audit_log.tenant_id
WHERE audit_log.tenant_id = (SELECT id FROM tenants WHERE name = ?9)
  AND audit_log.id < ?1 AND audit_log.id >= ?2
  AND (?4 IS NULL OR audit_log.actor_id = ?4)
  AND (?5 IS NULL OR (audit_log.target_type = ?5 AND audit_log.target_id = ?6))
  AND (?7 IS NULL OR audit_log.action = ?7)
  AND (?8 IS NULL OR substr(audit_log.action, 1, instr(audit_log.action, '.')) = ?8)
  AND (?10 IS NULL OR audit_log.request_id = ?10)
ORDER BY audit_log.id DESC
LIMIT ?3
