-- Whose identity this is, with what a sign-in needs to know of the account.
SELECT external_identities.id AS identity_id, users.id AS user_id, users.tenant_id, users.email, users.first_name, users.last_name,
  users.staff, users.status, tenants.status = 'active' AS tenant_active, users.email_verified_at IS NOT NULL AS verified,
  users.authz_version
FROM external_identities
JOIN users ON users.id = external_identities.user_id
JOIN tenants ON tenants.id = users.tenant_id
WHERE external_identities.issuer = ?1 AND external_identities.subject = ?2
