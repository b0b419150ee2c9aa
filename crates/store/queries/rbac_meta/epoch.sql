SELECT epoch FROM rbac_meta WHERE id = 1
