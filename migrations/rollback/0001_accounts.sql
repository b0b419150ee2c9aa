-- The way back from 0001: nothing of Edgeward stays in the database.
DROP VIEW batch_guard;
DROP TABLE mail_requests;
DROP TABLE outbox;
DROP TABLE sign_in_failures;
DROP TABLE one_time_tokens;
DROP TABLE sessions;
DROP TABLE users;
DROP TABLE tenants;
