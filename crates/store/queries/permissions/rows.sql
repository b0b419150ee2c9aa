-- A page of those whose names lie from ?1 on and below ?2, but for ?1 itself where it ended the page before.
SELECT id, name, description, application, system FROM permissions
WHERE name >= ?1 AND name < ?2 AND name <> ?3 ORDER BY name LIMIT ?4
