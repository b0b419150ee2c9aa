-- What an application has registered, and whether any role grants it.
SELECT id, name, description, EXISTS (
  SELECT 1 FROM role_permissions WHERE role_permissions.permission_id = permissions.id) AS granted
FROM permissions WHERE application = ?1 ORDER BY name
