INSERT INTO external_identities (id, issuer, subject, user_id, email, created_at, last_used_at) VALUES
  ('00000000-0000-7000-8000-0000000000e1', 'https://idp.example', 'ada', '00000000-0000-7000-8000-0000000000a1',
    'ada@example.com', 10, 11);

INSERT INTO identity_roles (identity_id, role_id, granted_at) VALUES
  ('00000000-0000-7000-8000-0000000000e1', '00000000-0000-7000-8000-000000000011', 13);

INSERT INTO identity_sessions (session_id, identity_id, sid, id_token) VALUES
  ('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-0000000000e1', 'sid-1', 'a.b.c');

INSERT INTO identity_logins (token_hash, provider, next, user_id, expires_at) VALUES
  ('hash-9', 'sso', '/profile', '00000000-0000-7000-8000-0000000000a1', 90);

INSERT INTO identity_logouts (token, expires_at) VALUES ('hash-10', 91);
