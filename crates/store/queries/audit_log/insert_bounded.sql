-- Unless there are ?12 such events already from the id ?11 on; the last that fits says that more may follow unwritten.
-- Such events are found through their actor, of whom there are few, and not through the action, of which there may be
-- many. They are about something known, or about nothing, as this one is. The tenant is the actor's, where none is given.
INSERT INTO audit_log
  (id, at, action, actor_id, target_type, target_id, tenant_id, request_id, client_address, details)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, coalesce(?7, (SELECT tenant_id FROM users WHERE users.id = ?4)), ?8, ?9,
  CASE WHEN written = ?12 - 1 THEN json_set(?10, '$.furtherNotWritten', json('true')) ELSE ?10 END
FROM (SELECT count(*) AS written FROM (
  SELECT 1 FROM audit_log
  WHERE actor_id IS ?4 AND id >= ?11 AND +action = ?3 AND (target_id = '') = (?6 = '')
  LIMIT ?12))
WHERE written < ?12
