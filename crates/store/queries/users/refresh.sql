-- What a provider says of a person, where it says anything.
UPDATE users SET first_name = coalesce(?2, first_name), last_name = coalesce(?3, last_name), staff = coalesce(?4, staff),
  tenant_id = coalesce(?5, tenant_id), updated_at = ?6
WHERE id = ?1
