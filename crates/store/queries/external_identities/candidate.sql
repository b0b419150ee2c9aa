-- The account of an address that a provider vouches for.
SELECT NULL AS identity_id, users.id AS user_id, users.tenant_id, users.email, users.first_name, users.last_name,
  users.staff, users.status, tenants.status = 'active' AS tenant_active, users.email_verified_at IS NOT NULL AS verified,
  users.authz_version
FROM users
JOIN tenants ON tenants.id = users.tenant_id
WHERE users.email = ?1
