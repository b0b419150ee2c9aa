DELETE FROM authz_user_counters WHERE day < CAST(?1 AS INTEGER)
