-- Tenants, users, sessions, one-time tokens, and the outbox that carries their effects to other systems.
-- Everything that works with every flag off is in this file.

CREATE TABLE tenants (
  id         TEXT    NOT NULL PRIMARY KEY,
  name       TEXT    NOT NULL,
  status     TEXT    NOT NULL DEFAULT 'active',
  created_at INTEGER NOT NULL,
  CONSTRAINT tenants_name_unique UNIQUE (name),
  CONSTRAINT tenants_status_known CHECK (status IN ('active', 'suspended'))
) STRICT;

INSERT INTO tenants (id, name, created_at) VALUES ('00000000-0000-7000-8000-000000000001', 'default', 0);

CREATE TABLE users (
  id                TEXT    NOT NULL PRIMARY KEY,
  tenant_id         TEXT    NOT NULL,
  email             TEXT    NOT NULL, -- in lower case
  email_verified_at INTEGER,
  password_hash     TEXT,             -- a PHC string; NULL: this account does not sign in with a password
  first_name        TEXT,
  last_name         TEXT,
  status            TEXT    NOT NULL DEFAULT 'active',
  staff             INTEGER NOT NULL DEFAULT 0,
  authz_version     INTEGER NOT NULL DEFAULT 1, -- rises with any change to roles, status or password
  created_at        INTEGER NOT NULL,
  updated_at        INTEGER NOT NULL,
  CONSTRAINT users_email_unique UNIQUE (email),
  CONSTRAINT users_email_folded CHECK (email = lower(email)),
  CONSTRAINT users_status_known CHECK (status IN ('active', 'invited', 'suspended')),
  CONSTRAINT users_staff_bool CHECK (staff IN (0, 1)),
  CONSTRAINT users_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT;

CREATE INDEX users_by_tenant ON users (tenant_id, id);

CREATE TABLE sessions (
  id           TEXT    NOT NULL PRIMARY KEY,
  token_hash   TEXT    NOT NULL, -- SHA-256, base64url; the token itself is nowhere
  user_id      TEXT    NOT NULL,
  user_agent   TEXT,
  created_at   INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  cached       TEXT,             -- what the cache may have of it; NULL: nothing
  CONSTRAINT sessions_token_hash_unique UNIQUE (token_hash),
  CONSTRAINT sessions_cached_known CHECK (cached IN ('live', 'outdated')),
  CONSTRAINT sessions_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id, id);

CREATE TABLE one_time_tokens (
  token_hash TEXT    NOT NULL PRIMARY KEY,
  user_id    TEXT    NOT NULL,
  purpose    TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- A newer token of the same purpose takes the place of the older one.
  CONSTRAINT one_time_tokens_user_purpose_unique UNIQUE (user_id, purpose),
  CONSTRAINT one_time_tokens_purpose_known CHECK (purpose IN ('verify_email', 'reset_password', 'invite')),
  CONSTRAINT one_time_tokens_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Guesses at passwords that were wrong, whether there is such an account or not. Rows are dropped once they are old.
CREATE TABLE sign_in_failures (
  subject   TEXT    NOT NULL PRIMARY KEY, -- SHA-256, base64url, of an e-mail address or of an account's id
  failures  INTEGER NOT NULL,
  failed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_failures_by_time ON sign_in_failures (failed_at);

-- Work that follows from a change and must not be lost: written in the batch of the change, done after the response,
-- repeated by the cron trigger until it is done.
CREATE TABLE outbox (
  id         TEXT    NOT NULL PRIMARY KEY,
  kind       TEXT    NOT NULL,
  payload    TEXT    NOT NULL, -- JSON
  attempts   INTEGER NOT NULL DEFAULT 0,
  due_at     INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  CONSTRAINT outbox_payload_json CHECK (json_valid(payload))
) STRICT;

CREATE INDEX outbox_by_due ON outbox (due_at);

-- The last mail of each kind that an account asked for or was owed: nobody can have a mailbox filled.
CREATE TABLE mail_requests (
  user_id      TEXT    NOT NULL,
  template     TEXT    NOT NULL,
  outbox_id    TEXT    NOT NULL,
  requested_at INTEGER NOT NULL,
  CONSTRAINT mail_requests_pk PRIMARY KEY (user_id, template),
  CONSTRAINT mail_requests_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- A batch has no IF. What must hold for it is inserted here: a row whose `holds` is not 1 aborts the whole batch, and
-- the error carries the name of the condition. Nothing is ever stored.
CREATE VIEW batch_guard (name, holds) AS SELECT '', 1 WHERE 0;

CREATE TRIGGER batch_guard_insert INSTEAD OF INSERT ON batch_guard WHEN NEW.holds IS NOT 1
BEGIN
  SELECT CASE NEW.name
    WHEN 'decision_current' THEN RAISE(ABORT, 'guard: decision_current')
    WHEN 'target_exists' THEN RAISE(ABORT, 'guard: target_exists')
    WHEN 'token_usable' THEN RAISE(ABORT, 'guard: token_usable')
    WHEN 'not_granted' THEN RAISE(ABORT, 'guard: not_granted')
    ELSE RAISE(ABORT, 'guard: unnamed')
  END;
END;
