INSERT INTO tenants (id, name, status, created_at) VALUES
  ('00000000-0000-7000-8000-00000000e001', 'acme', 'active', 10),
  ('00000000-0000-7000-8000-00000000e002', 'closed', 'suspended', 11);

INSERT INTO users (id, tenant_id, email, email_verified_at, password_hash, first_name, last_name, status, staff,
  authz_version, created_at, updated_at) VALUES
  ('00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-000000000001', 'ada@example.com', 20,
    '$argon2id$ada', 'Ada', 'L', 'active', 1, 3, 20, 21),
  ('00000000-0000-7000-8000-0000000000a2', '00000000-0000-7000-8000-00000000e001', 'bob@example.com', NULL,
    NULL, NULL, NULL, 'invited', 0, 1, 22, 22);

INSERT INTO sessions (id, token_hash, user_id, user_agent, created_at, last_seen_at, expires_at, cached) VALUES
  ('00000000-0000-7000-8000-0000000000b1', 'hash-1', '00000000-0000-7000-8000-0000000000a1', 'Firefox', 30, 31, 90, 'live'),
  ('00000000-0000-7000-8000-0000000000b2', 'hash-2', '00000000-0000-7000-8000-0000000000a1', NULL, 32, 32, 92, NULL);

INSERT INTO one_time_tokens (token_hash, user_id, purpose, created_at, expires_at) VALUES
  ('hash-3', '00000000-0000-7000-8000-0000000000a2', 'invite', 40, 100);

INSERT INTO outbox (id, kind, payload, attempts, due_at, created_at) VALUES
  ('00000000-0000-7000-8000-0000000000c1', 'raise_epoch', '{}', 2, 60, 50);

INSERT INTO sign_in_failures (subject, failures, failed_at) VALUES ('subject-1', 3, 70);

INSERT INTO mail_requests (user_id, template, outbox_id, requested_at) VALUES
  ('00000000-0000-7000-8000-0000000000a1', 'reset_password', '00000000-0000-7000-8000-0000000000c1', 50);
