-- ?1 is a JSON object of permission name to description. With the `+`, SQLite reads it once and finds the permission of
-- each name, rather than reading it anew for each permission of the application.
UPDATE permissions SET description = new.value FROM json_each(?1) AS new
WHERE permissions.name = new.key AND +permissions.application = ?2
