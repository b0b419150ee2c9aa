-- To where the event ?1 says that everything is removed; where there is no such event, nowhere.
UPDATE audit_meta
SET removed_by = ?1, removed_up_to = (SELECT json_extract(details, '$.upTo') FROM audit_log WHERE id = ?1)
WHERE id = 1 AND EXISTS (SELECT 1 FROM audit_log WHERE id = ?1)
