-- The batch rests on a decision about this actor at these versions.
INSERT INTO batch_guard (name, holds) SELECT 'decision_current', EXISTS (
  SELECT 1 FROM users JOIN rbac_meta ON rbac_meta.id = 1
  WHERE users.id = ?1 AND users.status = 'active' AND users.authz_version = ?2 AND rbac_meta.epoch = ?3)
