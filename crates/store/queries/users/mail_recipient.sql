SELECT email, first_name, email_verified_at IS NOT NULL AS verified, users.status,
  tenants.status = 'active' AS tenant_active
FROM users JOIN tenants ON tenants.id = users.tenant_id
WHERE users.id = ?1
