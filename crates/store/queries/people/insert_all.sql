-- Accounts of the list ?1. An address that is taken stays whose it is.
INSERT INTO users
  (id, tenant_id, email, email_verified_at, password_hash, first_name, last_name, status, created_at, updated_at)
SELECT value ->> 0, ?2, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, 'active', value ->> 6, ?3
FROM json_each(?1)
WHERE TRUE
ON CONFLICT (email) DO NOTHING
