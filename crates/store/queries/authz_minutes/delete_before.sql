DELETE FROM authz_minutes WHERE minute < CAST(?1 AS INTEGER)
