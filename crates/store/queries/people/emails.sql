SELECT email FROM users WHERE email > ?1 ORDER BY email LIMIT ?2
