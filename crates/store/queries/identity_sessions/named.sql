-- The sessions that a provider means: those of a subject, of one of its own sessions, or of both. What began without a name
-- of the provider's counts as any of the subject's.
SELECT identity_sessions.session_id
FROM external_identities
JOIN identity_sessions ON identity_sessions.identity_id = external_identities.id
WHERE external_identities.issuer = ?1 AND external_identities.subject = ?2
  AND (?3 IS NULL OR identity_sessions.sid IS NULL OR identity_sessions.sid = ?3)
