SELECT identity_sessions.session_id
FROM identity_sessions
JOIN external_identities ON external_identities.id = identity_sessions.identity_id
WHERE identity_sessions.sid = ?2 AND external_identities.issuer = ?1
