-- A token that can be used now, and whose it is. An invitation is for an account that waits for it, the others are not.
SELECT one_time_tokens.purpose, one_time_tokens.expires_at, users.id AS user_id, users.tenant_id, users.email,
  users.email_verified_at IS NOT NULL AS verified
FROM one_time_tokens
JOIN users ON users.id = one_time_tokens.user_id
JOIN tenants ON tenants.id = users.tenant_id
WHERE one_time_tokens.token_hash = ?1 AND one_time_tokens.expires_at > ?2
  AND users.status = iif(one_time_tokens.purpose = 'invite', 'invited', 'active') AND tenants.status = 'active'
