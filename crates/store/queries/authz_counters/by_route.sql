-- The first ?2 of each finding, the most frequent first.
SELECT finding, route, permission, count, of_all FROM (
  SELECT finding, route, permission, sum(count) AS count, count(*) OVER (PARTITION BY finding) AS of_all,
    row_number() OVER (PARTITION BY finding ORDER BY sum(count) DESC, route, permission) AS place
  FROM authz_counters WHERE day >= CAST(?1 AS INTEGER) GROUP BY finding, route, permission)
WHERE place <= CAST(?2 AS INTEGER) ORDER BY finding, place
