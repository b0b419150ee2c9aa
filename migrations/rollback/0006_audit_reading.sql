-- The way back from 0006: the addresses of clients are gone, and which flags were last told of. Events stay.
DROP TRIGGER audit_log_new_only;
DROP TRIGGER audit_log_no_delete;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'guard: audit_append_only');
END;

DROP TABLE audit_meta;
DROP INDEX audit_log_by_group;
DROP INDEX audit_log_by_request;
ALTER TABLE audit_log DROP COLUMN client_address;
