UPDATE audit_meta SET flags = ?1 WHERE id = 1 AND flags IS NOT ?1
