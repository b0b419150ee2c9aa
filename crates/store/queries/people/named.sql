-- Accounts by their addresses, as far as there are any.
SELECT users.id, users.email, users.email_verified_at IS NOT NULL AS verified,
  users.status = 'active' AND tenants.status = 'active' AS active,
  EXISTS (SELECT 1 FROM user_roles WHERE user_id = users.id AND role_id = ?2) AS holds
FROM users JOIN tenants ON tenants.id = users.tenant_id
WHERE users.email IN (SELECT value FROM json_each(?1))
ORDER BY users.email
