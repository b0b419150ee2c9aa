-- API tokens: secrets with which programs act for a user, within scopes and until they expire.

CREATE TABLE api_tokens (
  id           TEXT    NOT NULL PRIMARY KEY,
  token_hash   TEXT    NOT NULL, -- SHA-256, base64url; the token itself is nowhere
  user_id      TEXT    NOT NULL,
  name         TEXT    NOT NULL, -- what its owner calls it
  scopes       TEXT    NOT NULL, -- JSON: a list of grants; what it may be used for, as far as its owner may at the time
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  last_used_at INTEGER,          -- to within an hour; NULL: never
  CONSTRAINT api_tokens_token_hash_unique UNIQUE (token_hash),
  CONSTRAINT api_tokens_scopes_json CHECK (json_valid(scopes)),
  CONSTRAINT api_tokens_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX api_tokens_by_user ON api_tokens (user_id, id);
