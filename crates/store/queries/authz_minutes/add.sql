-- ?1 is a JSON list of {minute, finding, count}.
INSERT INTO authz_minutes (minute, finding, count)
SELECT value ->> 'minute', value ->> 'finding', value ->> 'count' FROM json_each(?1) WHERE true
ON CONFLICT (minute, finding) DO UPDATE SET count = count + excluded.count
