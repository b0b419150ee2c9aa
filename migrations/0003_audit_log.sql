-- Who did what to whom, when, and in which request. Rows are only ever added.

CREATE TABLE audit_log (
  id          TEXT    NOT NULL PRIMARY KEY, -- UUIDv7: sorts by time
  at          INTEGER NOT NULL,
  action      TEXT    NOT NULL, -- `role.grant_added`, `user.registered`, …
  actor_id    TEXT,             -- NULL: nobody was signed in, or the system itself
  target_type TEXT    NOT NULL,
  target_id   TEXT    NOT NULL,
  tenant_id   TEXT,
  request_id  TEXT    NOT NULL,
  details     TEXT    NOT NULL, -- JSON: before and after of what changed, never a secret
  CONSTRAINT audit_log_details_json CHECK (json_valid(details))
) STRICT;

CREATE INDEX audit_log_by_actor ON audit_log (actor_id, id);
CREATE INDEX audit_log_by_target ON audit_log (target_type, target_id, id);
CREATE INDEX audit_log_by_action ON audit_log (action, id);
CREATE INDEX audit_log_by_tenant ON audit_log (tenant_id, id);

CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'guard: audit_append_only');
END;

CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'guard: audit_append_only');
END;
