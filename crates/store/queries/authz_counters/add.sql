-- ?1 is a JSON list of {day, finding, mode, route, permission, count}.
INSERT INTO authz_counters (day, finding, mode, route, permission, count)
SELECT value ->> 'day', value ->> 'finding', value ->> 'mode', value ->> 'route', value ->> 'permission',
  value ->> 'count'
FROM json_each(?1) WHERE true
ON CONFLICT (day, finding, mode, route, permission) DO UPDATE SET count = count + excluded.count
