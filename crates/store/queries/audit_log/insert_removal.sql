-- Tells of the removal of the oldest events below the id ?5, of ?6 at most; where there are none, tells of nothing.
INSERT INTO audit_log (id, at, action, target_type, target_id, request_id, details)
SELECT ?1, ?2, ?3, ?4, 'audit_log', ?7, json_object(
  'removed', count(*),
  'from', strftime('%Y-%m-%dT%H:%M:%fZ', min(at) / 1000.0, 'unixepoch'),
  'to', strftime('%Y-%m-%dT%H:%M:%fZ', max(at) / 1000.0, 'unixepoch'),
  'upTo', max(id),
  'retentionDays', CAST(?8 AS INTEGER))
FROM (SELECT id, at FROM audit_log WHERE id < ?5 ORDER BY id LIMIT ?6)
HAVING count(*) > 0
RETURNING json_extract(details, '$.removed') AS removed
