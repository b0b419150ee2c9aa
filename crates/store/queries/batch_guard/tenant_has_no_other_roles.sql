-- The decision looked at these roles, as those of all members of the tenant.
INSERT INTO batch_guard (name, holds) SELECT 'decision_current', NOT EXISTS (
  SELECT 1 FROM users CROSS JOIN user_roles ON user_roles.user_id = users.id
  WHERE users.tenant_id = ?1 AND user_roles.role_id NOT IN (SELECT value FROM json_each(?2)))
