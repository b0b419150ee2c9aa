-- The whole check of a token: its scopes and, as they are now, its owner's account, versions, roles and grants. No row:
-- unknown, revoked or expired, or the owner may not sign in.
SELECT api_tokens.id AS token_id, api_tokens.scopes, api_tokens.last_used_at,
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
FROM api_tokens
JOIN users ON users.id = api_tokens.user_id
JOIN tenants ON tenants.id = users.tenant_id
JOIN rbac_meta ON rbac_meta.id = 1
WHERE api_tokens.token_hash = ?1 AND api_tokens.expires_at > ?2
  AND users.status = 'active' AND tenants.status = 'active'
