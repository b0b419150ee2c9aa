-- A page of the users whose names or address match ?1, the newest first, after the number ?2. At most ?6 matches are
-- considered, so that a page costs the same wherever it is and however few are left of them. There is always a row: it says
-- how far this went. Where ?8 is somebody's whole address, its own index finds it, and the other, which would follow every
-- three letters of it, is given an empty phrase, which matches nothing.
WITH
chosen AS MATERIALIZED (
  SELECT (SELECT id FROM tenants WHERE name = ?4) AS tenant_id, (SELECT id FROM roles WHERE name = ?5) AS role_id
),
addressed AS MATERIALIZED (
  SELECT user_search_numbers.number
  FROM users CROSS JOIN user_search_numbers ON user_search_numbers.user_id = users.id
  WHERE users.email = ?8
),
considered AS MATERIALIZED (
  SELECT number FROM addressed WHERE number < CAST(?2 AS INTEGER)
  UNION ALL
  SELECT * FROM (
    SELECT rowid FROM user_search
    WHERE user_search MATCH iif(EXISTS (SELECT 1 FROM addressed), '""', ?1) AND rowid < CAST(?2 AS INTEGER)
    ORDER BY rowid DESC LIMIT ?6)
)
SELECT reach.last, reach.considered, page.number AS key, page.user
FROM (SELECT min(number) AS last, count(*) AS considered FROM considered) AS reach
LEFT JOIN (
  SELECT found.number, json_object(
    'id', users.id, 'tenant_id', users.tenant_id, 'tenant', tenants.name, 'email', users.email,
    'email_verified_at', users.email_verified_at, 'first_name', users.first_name, 'last_name', users.last_name,
    'status', users.status, 'staff', users.staff, 'created_at', users.created_at, 'updated_at', users.updated_at,
    'authz_version', users.authz_version,
    'roles', json((SELECT json_group_array(json_object('id', roles.id, 'name', roles.name) ORDER BY roles.name)
      FROM user_roles JOIN roles ON roles.id = user_roles.role_id WHERE user_roles.user_id = users.id))) AS user
  -- Sifted and cut before anything is put together, which costs more than finding it.
  FROM (
    SELECT considered.number, users.id
    FROM considered
    CROSS JOIN user_search_numbers ON user_search_numbers.number = considered.number
    CROSS JOIN users ON users.id = user_search_numbers.user_id
    WHERE (?3 IS NULL OR users.status = ?3)
      AND (?4 IS NULL OR users.tenant_id = (SELECT tenant_id FROM chosen))
      AND (?5 IS NULL OR EXISTS (
        SELECT 1 FROM user_roles WHERE user_id = users.id AND role_id = (SELECT role_id FROM chosen)))
      AND (?8 IS NULL OR instr(users.email, ?8) > 0)
    ORDER BY considered.number DESC
    LIMIT ?7
  ) AS found
  CROSS JOIN users ON users.id = found.id
  JOIN tenants ON tenants.id = users.tenant_id
) AS page
ORDER BY page.number DESC
