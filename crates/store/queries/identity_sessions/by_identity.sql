SELECT session_id FROM identity_sessions WHERE identity_id = ?1 AND session_id <> ?2
