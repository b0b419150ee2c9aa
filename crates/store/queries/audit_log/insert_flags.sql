-- Tells of the flags ?6, unless they are those that were told of last.
INSERT INTO audit_log (id, at, action, target_type, target_id, request_id, details)
SELECT ?1, ?2, ?3, ?4, 'user-mgmt', ?5, json_object('before', json(coalesce(flags, 'null')), 'after', json(?6))
FROM audit_meta
WHERE id = 1 AND flags IS NOT ?6
