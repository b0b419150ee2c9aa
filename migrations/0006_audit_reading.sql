-- Reading the audit log by request and by group of actions, the address of the client, retention, and the flags that
-- were last told of.

ALTER TABLE audit_log ADD COLUMN client_address TEXT; -- NULL: unknown, or not kept

CREATE INDEX audit_log_by_request ON audit_log (request_id, id);
-- The group is what comes before the name: `user.` of `user.deleted`.
CREATE INDEX audit_log_by_group ON audit_log (substr(action, 1, instr(action, '.')), id);

CREATE TABLE audit_meta (
  id            INTEGER NOT NULL PRIMARY KEY,
  removed_up_to TEXT    NOT NULL DEFAULT '', -- the last event that retention has removed
  removed_by    TEXT,                        -- the event that tells of it
  flags         TEXT,                        -- JSON: what the last `flags.changed` told of
  CONSTRAINT audit_meta_single CHECK (id = 1)
) STRICT;

INSERT INTO audit_meta (id) VALUES (1);

CREATE TRIGGER audit_meta_no_insert BEFORE INSERT ON audit_meta
BEGIN
  SELECT RAISE(ABORT, 'guard: audit_append_only');
END;

CREATE TRIGGER audit_meta_no_delete BEFORE DELETE ON audit_meta
BEGIN
  SELECT RAISE(ABORT, 'guard: audit_append_only');
END;

-- The cut-off only moves forward, and only to where a later event says that everything up to it is removed.
CREATE TRIGGER audit_meta_removal_told BEFORE UPDATE OF id, removed_up_to, removed_by ON audit_meta
WHEN NEW.removed_up_to <= OLD.removed_up_to OR NOT EXISTS (
  SELECT 1 FROM audit_log
  WHERE id = NEW.removed_by AND id > NEW.removed_up_to
    AND action = 'audit.removed' AND json_extract(details, '$.upTo') = NEW.removed_up_to)
BEGIN
  SELECT RAISE(ABORT, 'guard: audit_append_only');
END;

-- What lies behind the cut-off is removed in the batch that moves it, so at any other time there is nothing to delete.
DROP TRIGGER audit_log_no_delete;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
WHEN OLD.id > coalesce((SELECT removed_up_to FROM audit_meta WHERE id = 1), '')
BEGIN
  SELECT RAISE(ABORT, 'guard: audit_append_only');
END;

-- `INSERT OR REPLACE` would remove a row without a word, and a row behind the cut-off could be removed.
CREATE TRIGGER audit_log_new_only BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
  OR NEW.id <= (SELECT removed_up_to FROM audit_meta WHERE id = 1)
BEGIN
  SELECT RAISE(ABORT, 'guard: audit_append_only');
END;
