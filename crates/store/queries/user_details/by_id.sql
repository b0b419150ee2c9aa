SELECT json_object(
    'id', users.id, 'tenant_id', users.tenant_id, 'tenant', tenants.name, 'email', users.email,
    'email_verified_at', users.email_verified_at, 'first_name', users.first_name, 'last_name', users.last_name,
    'status', users.status, 'staff', users.staff, 'created_at', users.created_at, 'updated_at', users.updated_at,
    'authz_version', users.authz_version,
    'roles', json((SELECT json_group_array(json_object('id', roles.id, 'name', roles.name) ORDER BY roles.name)
      FROM user_roles JOIN roles ON roles.id = user_roles.role_id WHERE user_roles.user_id = users.id))) AS user
FROM users JOIN tenants ON tenants.id = users.tenant_id
WHERE users.id = ?1
