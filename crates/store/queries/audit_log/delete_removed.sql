DELETE FROM audit_log WHERE id <= (SELECT removed_up_to FROM audit_meta WHERE id = 1)
