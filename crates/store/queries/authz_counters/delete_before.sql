DELETE FROM authz_counters WHERE day < CAST(?1 AS INTEGER)
