INSERT INTO roles (id, name, description, created_at, updated_at) VALUES
  ('00000000-0000-7000-8000-0000000000d1', 'Editor', 'Writes.', 10, 11);

INSERT INTO permissions (id, name, description, application, created_at) VALUES
  ('00000000-0000-7000-8000-0000000000f1', 'docs:*', 'Everything with documents', 'wiki', 12);

INSERT INTO role_permissions (role_id, permission_id) VALUES
  ('00000000-0000-7000-8000-0000000000d1', '00000000-0000-7000-8000-0000000000f1');

INSERT INTO user_roles (user_id, role_id, granted_at, granted_by) VALUES
  ('00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-000000000011', 13, NULL),
  ('00000000-0000-7000-8000-0000000000a2', '00000000-0000-7000-8000-0000000000d1', 14,
    '00000000-0000-7000-8000-0000000000a1');

UPDATE rbac_meta SET epoch = 7;
