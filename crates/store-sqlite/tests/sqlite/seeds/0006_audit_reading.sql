UPDATE audit_meta SET flags = '{"RBAC_ENABLED":"on"}';
