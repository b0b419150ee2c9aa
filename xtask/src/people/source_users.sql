-- The users of `devondragon/workers-users` behind the id ?1, ?2 of them.
SELECT UserID AS id, Username AS username, Password AS password, FirstName AS first_name, LastName AS last_name,
  CAST(unixepoch(CreatedAt) AS INTEGER) * 1000 AS created_at
FROM User WHERE UserID > ?1 ORDER BY UserID LIMIT ?2
