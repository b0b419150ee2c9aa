SELECT users.id, tenant_id, password_hash, email_verified_at IS NOT NULL AS verified, users.status = 'active' AND tenants.status = 'active' AS active
FROM users JOIN tenants ON tenants.id = users.tenant_id
WHERE email = ?1
