INSERT INTO identity_sessions (session_id, identity_id, sid, id_token) VALUES (?1, ?2, ?3, ?4)
