-- A device without failures, which nobody sweeps before ?2.
INSERT INTO sign_in_failures (subject, failures, failed_at) VALUES (?1, 0, ?2)
ON CONFLICT (subject) DO UPDATE SET failures = 0, failed_at = excluded.failed_at
