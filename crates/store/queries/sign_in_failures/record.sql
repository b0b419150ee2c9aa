-- One more, less one for every ?3 milliseconds since the last; never more than ?4.
INSERT INTO sign_in_failures (subject, failures, failed_at) VALUES (?1, 1, CAST(?2 AS INTEGER))
ON CONFLICT (subject) DO UPDATE SET
  failures = min(
    CAST(?4 AS INTEGER),
    1 + max(0, failures - max(0, excluded.failed_at - failed_at) / CAST(?3 AS INTEGER))
  ),
  failed_at = excluded.failed_at
