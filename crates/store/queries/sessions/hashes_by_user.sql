SELECT sessions.token_hash, users.authz_version
FROM sessions JOIN users ON users.id = sessions.user_id
WHERE sessions.user_id = ?1
