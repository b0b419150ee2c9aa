-- The first ?2 of each finding, the most frequent first.
SELECT finding, permission, count, of_all FROM (
  SELECT finding, permission, sum(count) AS count, count(*) OVER (PARTITION BY finding) AS of_all,
    row_number() OVER (PARTITION BY finding ORDER BY sum(count) DESC, permission) AS place
  FROM authz_counters WHERE day >= CAST(?1 AS INTEGER) GROUP BY finding, permission)
WHERE place <= CAST(?2 AS INTEGER) ORDER BY finding, place
