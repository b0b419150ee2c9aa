-- A page of the active users whom any role gives any of the grants, by id; nobody where the catalogue does not know the
-- resource. Each role gives one page of its own at the most, so that the cost does not depend on how many users have it.
SELECT users.id, users.email
FROM (
  SELECT DISTINCT page.value AS id
  FROM (
    SELECT DISTINCT role_permissions.role_id FROM permissions
    JOIN role_permissions ON role_permissions.permission_id = permissions.id
    WHERE permissions.name IN (SELECT value FROM json_each(?1))
      AND EXISTS (SELECT 1 FROM permissions AS known WHERE known.name > ?4 AND known.name < ?5)) AS giving
  JOIN json_each((
    SELECT json_group_array(user_id) FROM (
      SELECT user_roles.user_id FROM user_roles
      JOIN users AS holder ON holder.id = user_roles.user_id
      JOIN tenants ON tenants.id = holder.tenant_id
      WHERE user_roles.role_id = giving.role_id AND user_roles.user_id > ?2
        AND holder.status = 'active' AND tenants.status = 'active'
      ORDER BY user_roles.user_id LIMIT ?3))) AS page
  ORDER BY id LIMIT ?3) AS found
JOIN users ON users.id = found.id
ORDER BY users.id
