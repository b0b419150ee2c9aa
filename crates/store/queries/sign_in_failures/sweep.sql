DELETE FROM sign_in_failures
WHERE subject IN (SELECT subject FROM sign_in_failures WHERE failed_at < ?1 ORDER BY failed_at LIMIT ?2)
RETURNING subject
