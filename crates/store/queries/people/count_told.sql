SELECT count(*) AS accounts FROM audit_log WHERE request_id = ?1
