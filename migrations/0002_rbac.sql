-- Roles, permissions and who has them; the rules that must hold under any interleaving are triggers.

CREATE TABLE roles (
  id          TEXT    NOT NULL PRIMARY KEY,
  name        TEXT    NOT NULL COLLATE NOCASE,
  description TEXT    NOT NULL DEFAULT '',
  system      INTEGER NOT NULL DEFAULT 0, -- 1: never renamed, never deleted
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  CONSTRAINT roles_name_unique UNIQUE (name),
  CONSTRAINT roles_system_bool CHECK (system IN (0, 1))
) STRICT;

-- What a role may hold: a permission `resource:action`, or a grant with a wildcard.
CREATE TABLE permissions (
  id          TEXT    NOT NULL PRIMARY KEY,
  name        TEXT    NOT NULL,
  description TEXT    NOT NULL DEFAULT '',
  application TEXT    NOT NULL DEFAULT '', -- who registered it by manifest; empty: built in, or created by an admin
  system      INTEGER NOT NULL DEFAULT 0,  -- 1: built in, never deleted
  created_at  INTEGER NOT NULL,
  CONSTRAINT permissions_name_unique UNIQUE (name),
  CONSTRAINT permissions_system_bool CHECK (system IN (0, 1))
) STRICT;

CREATE INDEX permissions_by_application ON permissions (application, name);

CREATE TABLE user_roles (
  user_id    TEXT    NOT NULL,
  role_id    TEXT    NOT NULL,
  granted_at INTEGER NOT NULL,
  granted_by TEXT, -- the user who did; NULL: the system
  CONSTRAINT user_roles_pk PRIMARY KEY (user_id, role_id),
  CONSTRAINT user_roles_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT user_roles_role_fk FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX user_roles_by_role ON user_roles (role_id, user_id);

CREATE TABLE role_permissions (
  role_id       TEXT NOT NULL,
  permission_id TEXT NOT NULL,
  CONSTRAINT role_permissions_pk PRIMARY KEY (role_id, permission_id),
  CONSTRAINT role_permissions_role_fk FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE,
  -- No cascade: a permission that roles still grant is not deleted by the way.
  CONSTRAINT role_permissions_permission_fk FOREIGN KEY (permission_id) REFERENCES permissions (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX role_permissions_by_permission ON role_permissions (permission_id, role_id);

-- `epoch` rises with any change to the grants of any role.
CREATE TABLE rbac_meta (
  id    INTEGER NOT NULL PRIMARY KEY,
  epoch INTEGER NOT NULL,
  CONSTRAINT rbac_meta_single CHECK (id = 1)
) STRICT;

INSERT INTO rbac_meta (id, epoch) VALUES (1, 1);

INSERT INTO roles (id, name, description, system, created_at, updated_at) VALUES
  ('00000000-0000-7000-8000-000000000011', 'SUPER_ADMIN', 'May do everything.', 1, 0, 0),
  ('00000000-0000-7000-8000-000000000012', 'MEMBER', 'What every account starts with.', 1, 0, 0);

INSERT INTO permissions (id, name, description, system, created_at) VALUES
  ('00000000-0000-7000-8000-000000000101', 'admin:all', 'Everything, whatever is asked', 1, 0),
  ('00000000-0000-7000-8000-000000000102', 'users:read', 'See other users', 1, 0),
  ('00000000-0000-7000-8000-000000000103', 'users:write', 'Create users', 1, 0),
  ('00000000-0000-7000-8000-000000000104', 'users:update', 'Change, suspend and reactivate other users', 1, 0),
  ('00000000-0000-7000-8000-000000000105', 'users:delete', 'Delete users', 1, 0),
  ('00000000-0000-7000-8000-000000000106', 'roles:read', 'See roles and who has them', 1, 0),
  ('00000000-0000-7000-8000-000000000107', 'roles:write', 'Create, change and delete roles', 1, 0),
  ('00000000-0000-7000-8000-000000000108', 'roles:assign', 'Give roles to users and take them away', 1, 0),
  ('00000000-0000-7000-8000-000000000109', 'permissions:read', 'See the permission catalogue', 1, 0),
  ('00000000-0000-7000-8000-000000000110', 'permissions:write', 'Change the permission catalogue', 1, 0),
  ('00000000-0000-7000-8000-000000000111', 'audit:read', 'Read and export the audit log', 1, 0),
  ('00000000-0000-7000-8000-000000000112', 'sessions:revoke', 'End the sessions of other users', 1, 0),
  ('00000000-0000-7000-8000-000000000113', 'tenants:read', 'See tenants and their members', 1, 0),
  ('00000000-0000-7000-8000-000000000114', 'tenants:write', 'Create and change tenants', 1, 0),
  ('00000000-0000-7000-8000-000000000115', 'rollout:read', 'See the state of the rollout', 1, 0),
  ('00000000-0000-7000-8000-000000000116', 'access:evaluate', 'Ask for access decisions about others', 1, 0);

INSERT INTO role_permissions (role_id, permission_id) VALUES
  ('00000000-0000-7000-8000-000000000011', '00000000-0000-7000-8000-000000000101'),
  ('00000000-0000-7000-8000-000000000012', '00000000-0000-7000-8000-000000000102');

CREATE TRIGGER roles_system_kept BEFORE DELETE ON roles WHEN OLD.system = 1
BEGIN
  SELECT RAISE(ABORT, 'guard: system_role');
END;

CREATE TRIGGER roles_system_name_kept BEFORE UPDATE OF id, name, system ON roles
WHEN OLD.system = 1 AND (NEW.id <> OLD.id OR NEW.name <> OLD.name COLLATE BINARY OR NEW.system <> 1)
BEGIN
  SELECT RAISE(ABORT, 'guard: system_role');
END;

CREATE TRIGGER permissions_system_kept BEFORE DELETE ON permissions WHEN OLD.system = 1
BEGIN
  SELECT RAISE(ABORT, 'guard: system_permission');
END;

CREATE TRIGGER permissions_name_kept BEFORE UPDATE OF id, name ON permissions
WHEN NEW.id <> OLD.id OR NEW.name <> OLD.name
BEGIN
  SELECT RAISE(ABORT, 'guard: permission_name');
END;

CREATE TRIGGER role_permissions_admin_kept BEFORE DELETE ON role_permissions
WHEN OLD.role_id = '00000000-0000-7000-8000-000000000011'
  AND OLD.permission_id = '00000000-0000-7000-8000-000000000101'
BEGIN
  SELECT RAISE(ABORT, 'guard: super_admin_grant');
END;

-- Given or taken, never turned into another: what is checked when it is taken is checked nowhere else.

CREATE TRIGGER role_permissions_no_update BEFORE UPDATE OF role_id, permission_id ON role_permissions
BEGIN
  SELECT RAISE(ABORT, 'guard: assignment_changed');
END;

CREATE TRIGGER user_roles_no_update BEFORE UPDATE OF user_id, role_id ON user_roles
BEGIN
  SELECT RAISE(ABORT, 'guard: assignment_changed');
END;

-- The last active SUPER_ADMIN stays, in whichever way it would go: losing the role, its status, its tenant's, or the
-- account.

CREATE VIEW active_super_admins (user_id, tenant_id) AS
SELECT users.id, users.tenant_id
FROM user_roles
JOIN users ON users.id = user_roles.user_id
JOIN tenants ON tenants.id = users.tenant_id
WHERE user_roles.role_id = '00000000-0000-7000-8000-000000000011'
  AND users.status = 'active' AND tenants.status = 'active';

CREATE TRIGGER user_roles_last_admin_kept BEFORE DELETE ON user_roles
WHEN OLD.role_id = '00000000-0000-7000-8000-000000000011'
  AND EXISTS (SELECT 1 FROM active_super_admins WHERE user_id = OLD.user_id)
  AND NOT EXISTS (SELECT 1 FROM active_super_admins WHERE user_id <> OLD.user_id)
BEGIN
  SELECT RAISE(ABORT, 'guard: last_super_admin');
END;

CREATE TRIGGER users_last_admin_status_kept BEFORE UPDATE OF status, tenant_id ON users
WHEN (NEW.status <> 'active' OR NOT EXISTS (SELECT 1 FROM tenants WHERE id = NEW.tenant_id AND status = 'active'))
  AND EXISTS (SELECT 1 FROM active_super_admins WHERE user_id = OLD.id)
  AND NOT EXISTS (SELECT 1 FROM active_super_admins WHERE user_id <> OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'guard: last_super_admin');
END;

CREATE TRIGGER users_last_admin_kept BEFORE DELETE ON users
WHEN EXISTS (SELECT 1 FROM active_super_admins WHERE user_id = OLD.id)
  AND NOT EXISTS (SELECT 1 FROM active_super_admins WHERE user_id <> OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'guard: last_super_admin');
END;

-- With the `+`, SQLite goes through the administrators, who are few, rather than through the users of the tenant.
CREATE TRIGGER tenants_last_admin_kept BEFORE UPDATE OF status ON tenants
WHEN NEW.status <> 'active'
  AND EXISTS (SELECT 1 FROM active_super_admins WHERE +tenant_id = OLD.id)
  AND NOT EXISTS (SELECT 1 FROM active_super_admins WHERE tenant_id <> OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'guard: last_super_admin');
END;
