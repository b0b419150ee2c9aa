-- The way back from 0002: accounts and sessions stay, roles and their assignments go.
DROP TRIGGER tenants_last_admin_kept;
DROP TRIGGER users_last_admin_kept;
DROP TRIGGER users_last_admin_status_kept;
DROP VIEW active_super_admins;
DROP TABLE user_roles;
DROP TABLE role_permissions;
DROP TABLE permissions;
DROP TABLE roles;
DROP TABLE rbac_meta;
