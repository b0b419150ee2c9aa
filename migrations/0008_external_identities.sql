-- Identities at providers (OpenID Connect) that accounts sign in with. Read and written only where a provider is configured.

CREATE TABLE external_identities (
  id           TEXT    NOT NULL PRIMARY KEY,
  issuer       TEXT    NOT NULL,
  subject      TEXT    NOT NULL, -- who it is, as the issuer knows them: never changes, is never given to another
  user_id      TEXT    NOT NULL,
  email        TEXT,             -- as the provider last said it, for people to recognise the identity by
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER,          -- NULL: linked, not signed in with yet
  CONSTRAINT external_identities_issuer_subject_unique UNIQUE (issuer, subject),
  CONSTRAINT external_identities_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX external_identities_by_user ON external_identities (user_id, id);

-- The roles that came with an identity's groups, so that what the groups gave is all that they take away. A row counts as
-- long as the user has the role from the same moment: one that an administrator gave since is theirs to take.
CREATE TABLE identity_roles (
  identity_id TEXT    NOT NULL,
  role_id     TEXT    NOT NULL,
  granted_at  INTEGER NOT NULL,
  CONSTRAINT identity_roles_pk PRIMARY KEY (identity_id, role_id),
  CONSTRAINT identity_roles_identity_fk FOREIGN KEY (identity_id) REFERENCES external_identities (id) ON DELETE CASCADE,
  CONSTRAINT identity_roles_role_fk FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_roles_by_role ON identity_roles (role_id);

-- Which sessions began at a provider, and what the provider knows them by.
CREATE TABLE identity_sessions (
  session_id  TEXT NOT NULL PRIMARY KEY,
  identity_id TEXT NOT NULL,
  sid         TEXT, -- the provider's own session
  id_token    TEXT, -- shown to the provider when somebody signs out there too
  CONSTRAINT identity_sessions_session_fk FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE,
  CONSTRAINT identity_sessions_identity_fk FOREIGN KEY (identity_id) REFERENCES external_identities (id)
    ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_sessions_by_identity ON identity_sessions (identity_id);
CREATE INDEX identity_sessions_by_sid ON identity_sessions (sid);

-- Sign-ins under way at a provider. A row is used up by the first answer to it.
CREATE TABLE identity_logins (
  token_hash TEXT    NOT NULL PRIMARY KEY, -- SHA-256, base64url, of the secret in the browser's cookie
  provider   TEXT    NOT NULL,
  next       TEXT    NOT NULL, -- a path of this site
  user_id    TEXT,             -- whose account the identity is for; NULL: whoever signs in
  expires_at INTEGER NOT NULL,
  CONSTRAINT identity_logins_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_logins_by_user ON identity_logins (user_id);
CREATE INDEX identity_logins_by_expiry ON identity_logins (expires_at);

-- Logout tokens that were carried out: each counts once.
CREATE TABLE identity_logouts (
  token      TEXT    NOT NULL PRIMARY KEY, -- SHA-256, base64url, of issuer and `jti`
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_logouts_by_expiry ON identity_logouts (expires_at);

-- The last way into an account stays: without a password, one identity does. An account that is deleted needs none.
CREATE TRIGGER external_identities_last_way_in_kept BEFORE DELETE ON external_identities
WHEN EXISTS (SELECT 1 FROM users WHERE id = OLD.user_id AND password_hash IS NULL)
  AND NOT EXISTS (SELECT 1 FROM external_identities WHERE user_id = OLD.user_id AND id <> OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'guard: last_way_in');
END;

-- An identity does not pass from one account to another: it is unlinked there and linked here.
CREATE TRIGGER external_identities_kept BEFORE UPDATE OF id, issuer, subject, user_id ON external_identities
BEGIN
  SELECT RAISE(ABORT, 'guard: identity_changed');
END;
