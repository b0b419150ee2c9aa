-- The roles of these names, and those that came with the identity: whether they are wanted, whether the user has them,
-- whether it is the identity that gave them, and whether nobody else has one that somebody must have.
SELECT roles.id, roles.name,
  roles.name IN (SELECT value FROM json_each(?3)) AS wanted,
  user_roles.role_id IS NOT NULL AS held,
  identity_roles.role_id IS NOT NULL AND user_roles.role_id IS NOT NULL AS given,
  roles.id = '00000000-0000-7000-8000-000000000011'
    AND NOT EXISTS (SELECT 1 FROM active_super_admins WHERE user_id <> ?1) AS last
FROM roles
LEFT JOIN user_roles ON user_roles.user_id = ?1 AND user_roles.role_id = roles.id
LEFT JOIN identity_roles ON identity_roles.identity_id = ?2 AND identity_roles.role_id = roles.id
  AND identity_roles.granted_at = user_roles.granted_at AND user_roles.granted_by IS NULL
WHERE roles.id IN (
  SELECT named.id FROM json_each(?3) JOIN roles AS named ON named.name = json_each.value
  UNION SELECT identity_roles.role_id FROM identity_roles WHERE identity_roles.identity_id = ?2)
ORDER BY roles.name
