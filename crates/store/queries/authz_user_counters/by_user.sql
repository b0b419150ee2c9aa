-- The first ?2 of each finding, the most frequent first. The address is NULL where the user is gone.
SELECT finding, user_id, users.email, permissions, count, of_all FROM (
  SELECT finding, user_id, json_group_array(DISTINCT permission) AS permissions, sum(count) AS count,
    count(*) OVER (PARTITION BY finding) AS of_all,
    row_number() OVER (PARTITION BY finding ORDER BY sum(count) DESC, user_id) AS place
  FROM authz_user_counters WHERE day >= CAST(?1 AS INTEGER) GROUP BY finding, user_id)
LEFT JOIN users ON users.id = user_id
WHERE place <= CAST(?2 AS INTEGER) ORDER BY finding, place
