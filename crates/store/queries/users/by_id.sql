SELECT users.id, tenants.name AS tenant, email, email_verified_at, first_name, last_name, users.status, authz_version, users.created_at, users.updated_at
FROM users JOIN tenants ON tenants.id = users.tenant_id
WHERE users.id = ?1
