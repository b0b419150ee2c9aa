-- What an application has registered is still what its manifest was compared with: ?2, a JSON list of {id, description}.
INSERT INTO batch_guard (name, holds) SELECT 'decision_current',
  (SELECT count(*) FROM permissions WHERE application = ?1) = json_array_length(?2)
  AND NOT EXISTS (
    SELECT id, description FROM permissions WHERE application = ?1
    EXCEPT SELECT value ->> 'id', value ->> 'description' FROM json_each(?2))
