CREATE TABLE bookmarks (
  id         TEXT    NOT NULL PRIMARY KEY,
  owner      TEXT    NOT NULL, -- a user of Edgeward
  url        TEXT    NOT NULL,
  title      TEXT    NOT NULL,
  shared     INTEGER NOT NULL DEFAULT 0 CONSTRAINT bookmarks_shared_flag CHECK (shared IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX bookmarks_owner ON bookmarks (owner, id);
CREATE INDEX bookmarks_shared ON bookmarks (id) WHERE shared = 1;

CREATE TABLE jobs (
  id         TEXT    NOT NULL PRIMARY KEY,
  owner      TEXT    NOT NULL,
  kind       TEXT    NOT NULL CONSTRAINT jobs_kind_known CHECK (kind IN ('check_links', 'import')),
  status     TEXT    NOT NULL DEFAULT 'queued' CONSTRAINT jobs_status_known CHECK (status IN ('queued', 'cancelled')),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_owner ON jobs (owner, id);

CREATE TABLE credentials (
  id         TEXT    NOT NULL PRIMARY KEY,
  owner      TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  secret     TEXT    NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX credentials_owner ON credentials (owner, id);
