-- ?1 is a JSON list of {route, day}.
INSERT INTO authz_routes (route, exercised_on)
SELECT value ->> 'route', value ->> 'day' FROM json_each(?1) WHERE true
ON CONFLICT (route) DO UPDATE SET exercised_on = max(exercised_on, excluded.exercised_on)
