SELECT day, finding, sum(count) AS count FROM authz_counters WHERE day >= CAST(?1 AS INTEGER) GROUP BY day, finding
ORDER BY day, finding
