-- The whole strict check: session, account, versions, roles and grants in one statement. No row: not signed in.
SELECT sessions.id AS session_id, sessions.token_hash, sessions.created_at AS session_created_at,
  sessions.last_seen_at, sessions.expires_at, sessions.cached,
  users.id AS user_id, users.email, users.first_name, users.last_name, users.tenant_id, tenants.name AS tenant,
  users.staff, users.password_hash IS NOT NULL AS has_password, users.authz_version, rbac_meta.epoch,
  (SELECT json_group_array(name) FROM (
    SELECT roles.name FROM user_roles JOIN roles ON roles.id = user_roles.role_id
    WHERE user_roles.user_id = users.id ORDER BY roles.name)) AS roles,
  (SELECT json_group_array(name) FROM (
    SELECT DISTINCT permissions.name FROM user_roles
    JOIN role_permissions ON role_permissions.role_id = user_roles.role_id
    JOIN permissions ON permissions.id = role_permissions.permission_id
    WHERE user_roles.user_id = users.id ORDER BY permissions.name)) AS grants
FROM sessions
JOIN users ON users.id = sessions.user_id
JOIN tenants ON tenants.id = users.tenant_id
JOIN rbac_meta ON rbac_meta.id = 1
WHERE sessions.token_hash = ?1 AND sessions.expires_at > ?2 AND sessions.last_seen_at > ?3
  AND users.status = 'active' AND tenants.status = 'active'
