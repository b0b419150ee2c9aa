SELECT external_identities.issuer, identity_sessions.id_token
FROM identity_sessions JOIN external_identities ON external_identities.id = identity_sessions.identity_id
WHERE identity_sessions.session_id = ?1
