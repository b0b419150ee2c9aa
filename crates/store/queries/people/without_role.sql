-- Accounts behind ?1 that lack the role ?2, but for those from whom somebody took it.
SELECT id FROM users
WHERE id > ?1
  AND NOT EXISTS (SELECT 1 FROM user_roles WHERE user_id = users.id AND role_id = ?2)
  AND NOT EXISTS (
    SELECT 1 FROM audit_log
    WHERE target_type = 'user' AND target_id = users.id AND action = 'role.removed' AND details ->> 'roleId' = ?2)
ORDER BY id LIMIT ?3
