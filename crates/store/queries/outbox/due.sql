-- What is due later than anything is ever put off, ?3, was put off by a clock that was far ahead: it is due now as well.
SELECT * FROM (
  SELECT id, kind, payload, attempts, due_at, created_at FROM outbox WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2)
UNION ALL
SELECT * FROM (
  SELECT id, kind, payload, attempts, due_at, created_at FROM outbox WHERE due_at > ?3 ORDER BY due_at LIMIT ?2)
