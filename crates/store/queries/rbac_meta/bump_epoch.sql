UPDATE rbac_meta SET epoch = epoch + 1 WHERE id = 1
