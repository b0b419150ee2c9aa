-- A page of events, the newest first: from below the id ?1 down to the id ?2. Each look asks one index for its next event at
-- or below the one at hand; the indexes that ?12 names, a letter for each filter, take turns. An event to which all of them
-- have come in a row meets every filter; one that any of them passes over does not. So what costs is not how many events one
-- filter finds but how often the filters disagree, and after ?11 looks the page ends where it is. There is always a row: it
-- says down to where all events have been looked at, if the page ended so.
WITH RECURSIVE
chosen AS MATERIALIZED (SELECT (SELECT id FROM tenants WHERE name = ?9) AS tenant_id),
-- `missing` indexes have still to come to the event `id`; where none are, it is found. The start is as good as found, so that
-- it is not come to again.
look (step, found, missing, id) AS MATERIALIZED (
  SELECT 0, -1, 0, ?1
  UNION ALL
  SELECT look.step + 1, look.found + (look.missing = 0),
    CASE WHEN look.missing > 0 AND next.id = look.id THEN look.missing ELSE length(?12) END - 1, next.id
  FROM look
  CROSS JOIN audit_log AS next ON next.id = CASE substr(?12, 1 + look.step % length(?12), 1)
    WHEN 'r' THEN (
      SELECT max(id) FROM audit_log
      WHERE request_id = ?10 AND id <= look.id AND (look.missing > 0 OR +id < look.id))
    WHEN 'o' THEN (
      SELECT max(id) FROM audit_log
      WHERE target_type = ?5 AND target_id = ?6 AND id <= look.id AND (look.missing > 0 OR +id < look.id))
    WHEN 'a' THEN (
      SELECT max(id) FROM audit_log
      WHERE actor_id = ?4 AND id <= look.id AND (look.missing > 0 OR +id < look.id))
    WHEN 'n' THEN (
      SELECT max(id) FROM audit_log
      WHERE action = ?7 AND id <= look.id AND (look.missing > 0 OR +id < look.id))
    WHEN 'g' THEN (
      SELECT max(id) FROM audit_log
      WHERE substr(action, 1, instr(action, '.')) = ?8 AND id <= look.id AND (look.missing > 0 OR +id < look.id))
    WHEN 't' THEN (
      SELECT max(id) FROM audit_log
      WHERE tenant_id = (SELECT tenant_id FROM chosen) AND id <= look.id AND (look.missing > 0 OR +id < look.id))
    ELSE (SELECT max(id) FROM audit_log WHERE id < look.id)
  END
  WHERE look.step < ?11 AND look.found + (look.missing = 0) < ?3 AND next.id >= ?2
)
SELECT reach.last, page.event
FROM (
  SELECT min(look.id) AS last
  FROM (SELECT min(id) AS id FROM look HAVING max(step) = ?11) AS final
  CROSS JOIN look ON look.missing = 0 OR look.id > final.id
) AS reach
LEFT JOIN (
  SELECT look.step, json_object(
    'id', audit_log.id, 'at', audit_log.at, 'action', audit_log.action, 'actor_id', audit_log.actor_id,
    'actor_email', users.email, 'actor_first_name', users.first_name, 'actor_last_name', users.last_name,
    'target_type', audit_log.target_type, 'target_id', audit_log.target_id, 'tenant', tenants.name,
    'request_id', audit_log.request_id, 'client_address', audit_log.client_address,
    'details', audit_log.details) AS event
  FROM look
  CROSS JOIN audit_log ON audit_log.id = look.id
  LEFT JOIN users ON users.id = audit_log.actor_id
  LEFT JOIN tenants ON tenants.id = audit_log.tenant_id
  WHERE look.missing = 0 AND look.step > 0
) AS page
ORDER BY page.step
