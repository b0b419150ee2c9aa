-- What the provider says now, where it says anything.
UPDATE external_identities SET last_used_at = ?2, email = coalesce(?3, email) WHERE id = ?1
