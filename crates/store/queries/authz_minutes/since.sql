SELECT finding, sum(count) AS count FROM authz_minutes WHERE minute >= CAST(?1 AS INTEGER) GROUP BY finding
