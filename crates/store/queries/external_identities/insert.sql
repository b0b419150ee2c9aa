INSERT INTO external_identities (id, issuer, subject, user_id, email, created_at, last_used_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
