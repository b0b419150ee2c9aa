SELECT tenants.id, tenants.name, tenants.status, tenants.created_at, coalesce(tenant_members.members, 0) AS members
FROM tenants LEFT JOIN tenant_members ON tenant_members.tenant_id = tenants.id
WHERE tenants.name = ?1
