-- ?1 is a JSON object of permission name to description.
UPDATE permissions SET description = (SELECT value FROM json_each(?1) WHERE key = permissions.name)
WHERE application = ?2 AND name IN (SELECT key FROM json_each(?1))
