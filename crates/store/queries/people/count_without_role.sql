-- How many accounts without_role finds, from the first to the last.
SELECT count(*) AS accounts FROM users
WHERE id > ''
  AND NOT EXISTS (SELECT 1 FROM user_roles WHERE user_id = users.id AND role_id = ?1)
  AND NOT EXISTS (
    SELECT 1 FROM audit_log
    WHERE target_type = 'user' AND target_id = users.id AND action = 'role.removed' AND details ->> 'roleId' = ?1)
