INSERT INTO audit_log (id, at, action, actor_id, target_type, target_id, tenant_id, request_id, details) VALUES
  ('00000000-0000-7000-8000-0000000000c9', 10, 'role.created', '00000000-0000-7000-8000-0000000000a1', 'role',
    '00000000-0000-7000-8000-0000000000d1', '00000000-0000-7000-8000-000000000001', 'r-1', '{"name":"Editor"}');
