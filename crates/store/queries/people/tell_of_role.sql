-- Tells that the accounts of the list ?1 are given the role ?2, of those that are there and lack it. What these events name
-- is what the rest of the batch works on. Their ids are UUIDs of version 7, of the time of the batch.
INSERT INTO audit_log (id, at, action, target_type, target_id, tenant_id, request_id, details)
SELECT substr(?3, 1, 15) || substr(digits, 1, 3) || '-8' || substr(digits, 4, 3) || '-' || substr(digits, 7),
  ?4, ?5, ?6, users.id, users.tenant_id, ?7,
  json_object('role', roles.name, 'roleId', roles.id, 'reason', ?8, 'operator', ?9)
FROM (SELECT value AS user_id, lower(hex(randomblob(9))) AS digits FROM json_each(?1)) AS chosen
JOIN users ON users.id = chosen.user_id
JOIN roles ON roles.id = ?2
WHERE NOT EXISTS (SELECT 1 FROM user_roles WHERE user_roles.user_id = users.id AND role_id = ?2)
