-- ?1 is a JSON list of {day, finding, userId, mode, permission, count}. Once the day ?2 has ?3 rows, rows that are there
-- still count up, and no more are added.
INSERT INTO authz_user_counters (day, finding, user_id, mode, permission, count)
SELECT value ->> 'day', value ->> 'finding', value ->> 'userId', value ->> 'mode', value ->> 'permission',
  value ->> 'count'
FROM json_each(?1)
WHERE (SELECT count(*) FROM (
    SELECT 1 FROM authz_user_counters WHERE day = ?2 LIMIT CAST(?3 AS INTEGER))) < CAST(?3 AS INTEGER)
  OR EXISTS (
    SELECT 1 FROM authz_user_counters AS known
    WHERE known.day = value ->> 'day' AND known.finding = value ->> 'finding' AND known.user_id = value ->> 'userId'
      AND known.mode = value ->> 'mode' AND known.permission = value ->> 'permission')
ON CONFLICT (day, finding, user_id, mode, permission) DO UPDATE SET count = count + excluded.count
