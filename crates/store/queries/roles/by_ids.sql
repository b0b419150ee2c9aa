-- Roles with what they grant, as far as there are any of these ids.
SELECT roles.id, roles.name, roles.description, roles.system, roles.created_at, roles.updated_at, rbac_meta.epoch,
  (SELECT json_group_array(name) FROM (
    SELECT permissions.name FROM role_permissions JOIN permissions ON permissions.id = role_permissions.permission_id
    WHERE role_permissions.role_id = roles.id ORDER BY permissions.name)) AS grants
FROM json_each(?1) AS wanted
CROSS JOIN roles ON roles.id = wanted.value
JOIN rbac_meta ON rbac_meta.id = 1
ORDER BY roles.name
