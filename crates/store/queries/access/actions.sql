-- What the catalogue knows about a type of resource, all of which is between two names.
SELECT name FROM permissions WHERE name > ?1 AND name < ?2 ORDER BY name
