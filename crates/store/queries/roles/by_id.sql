-- A role with what it grants, and the epoch that this was read at.
SELECT roles.id, roles.name, roles.description, roles.system, roles.created_at, roles.updated_at, rbac_meta.epoch,
  (SELECT json_group_array(name) FROM (
    SELECT permissions.name FROM role_permissions JOIN permissions ON permissions.id = role_permissions.permission_id
    WHERE role_permissions.role_id = roles.id ORDER BY permissions.name)) AS grants
FROM roles JOIN rbac_meta ON rbac_meta.id = 1
WHERE roles.id = ?1
