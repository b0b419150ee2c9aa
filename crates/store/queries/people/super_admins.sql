SELECT users.email FROM active_super_admins JOIN users ON users.id = active_super_admins.user_id
ORDER BY users.email LIMIT ?1
