-- The batch uses up this token, which was usable when it was read.
INSERT INTO batch_guard (name, holds) SELECT 'token_usable', EXISTS (
  SELECT 1 FROM one_time_tokens
  JOIN users ON users.id = one_time_tokens.user_id
  JOIN tenants ON tenants.id = users.tenant_id
  WHERE one_time_tokens.token_hash = ?1 AND one_time_tokens.expires_at > ?2
    AND users.status = iif(one_time_tokens.purpose = 'invite', 'invited', 'active') AND tenants.status = 'active')
