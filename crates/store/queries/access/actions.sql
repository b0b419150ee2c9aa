-- What the catalogue knows about a type of resource: `record:read`, `record:write`, … `;` is the character after `:`.
SELECT name FROM permissions WHERE name > ?1 || ':' AND name < ?1 || ';' ORDER BY name
