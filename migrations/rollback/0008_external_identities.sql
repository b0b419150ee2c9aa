-- The way back from 0008: accounts stay, the identities that they signed in with are gone. Whoever has no password needs one
-- by mail.
DROP TABLE identity_logouts;
DROP TABLE identity_logins;
DROP TABLE identity_sessions;
DROP TABLE identity_roles;
DROP TABLE external_identities;
