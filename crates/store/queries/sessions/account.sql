-- The strict check while RBAC is off: it names no table of a later migration.
SELECT sessions.id AS session_id, sessions.token_hash, sessions.created_at AS session_created_at,
  sessions.last_seen_at, sessions.expires_at, sessions.cached,
  users.id AS user_id, users.email, users.first_name, users.last_name, users.tenant_id, tenants.name AS tenant,
  users.staff, users.password_hash IS NOT NULL AS has_password, users.authz_version
FROM sessions
JOIN users ON users.id = sessions.user_id
JOIN tenants ON tenants.id = users.tenant_id
WHERE sessions.token_hash = ?1 AND sessions.expires_at > ?2 AND sessions.last_seen_at > ?3
  AND users.status = 'active' AND tenants.status = 'active'
