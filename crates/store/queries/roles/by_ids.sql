-- Roles with what they grant, as far as there are any of these ids.
SELECT roles.id, roles.name, roles.description, roles.system, roles.created_at, roles.updated_at, rbac_meta.epoch,
  (SELECT json_group_array(name) FROM (
    SELECT permissions.name FROM role_permissions JOIN permissions ON permissions.id = role_permissions.permission_id
    WHERE role_permissions.role_id = roles.id ORDER BY permissions.name)) AS grants,
  -- Counted up to 1,000: a page says `1,000 or more`, and costs the same whoever has the role.
  (SELECT count(*) FROM (SELECT 1 FROM user_roles WHERE role_id = roles.id LIMIT 1000)) AS holders
FROM json_each(?1) AS wanted
CROSS JOIN roles ON roles.id = wanted.value
JOIN rbac_meta ON rbac_meta.id = 1
ORDER BY roles.name
