-- Tells of the accounts of the list ?1 of ids and of ids at the source, of those that are there. What these events name is
-- what the rest of the batch works on. Their ids are UUIDs of version 7, of the time of the batch.
INSERT INTO audit_log (id, at, action, target_type, target_id, tenant_id, request_id, details)
SELECT substr(?2, 1, 15) || substr(digits, 1, 3) || '-8' || substr(digits, 4, 3) || '-' || substr(digits, 7),
  ?3, ?4, ?5, users.id, users.tenant_id, ?6,
  json_object('sourceId', source_id, 'operator', ?8, 'after', json_object('email', users.email, 'roles', json_array(?7)))
FROM (SELECT value ->> 0 AS user_id, value ->> 1 AS source_id, lower(hex(randomblob(9))) AS digits FROM json_each(?1))
  AS chosen
JOIN users ON users.id = chosen.user_id
