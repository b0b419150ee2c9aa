-- Every role that a member of a tenant has, with what it grants.
SELECT roles.id,
  (SELECT json_group_array(permissions.name) FROM role_permissions
    JOIN permissions ON permissions.id = role_permissions.permission_id WHERE role_permissions.role_id = roles.id) AS grants
FROM roles
WHERE roles.id IN (
  SELECT user_roles.role_id FROM users CROSS JOIN user_roles ON user_roles.user_id = users.id WHERE users.tenant_id = ?1)
