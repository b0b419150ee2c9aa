-- The way back from 0003: the audit log is gone with it, so export it first.
DROP TABLE audit_log;
