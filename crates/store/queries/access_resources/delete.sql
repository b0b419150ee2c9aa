DELETE FROM access_resources WHERE type = ?1 AND id = ?2
