INSERT INTO authz_counters (day, finding, mode, route, permission, count) VALUES
  (86400000, 'would_deny', 'report', 'PUT /users/{id}', 'users:update', 3),
  (86400000, 'denied', 'always', 'GET /rbac/roles', 'roles:read', 1);
INSERT INTO authz_user_counters (day, finding, user_id, mode, permission, count) VALUES
  (86400000, 'would_deny', '00000000-0000-7000-8000-0000000000a1', 'report', 'users:update', 3);
INSERT INTO authz_minutes (minute, finding, count) VALUES (86460000, 'would_deny', 3);
INSERT INTO authz_routes (route, exercised_on) VALUES ('PUT /users/{id}', 86400000);
INSERT INTO authz_alerts (id, alerted_at) VALUES (1, 86520000);
