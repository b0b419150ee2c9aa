SELECT route, exercised_on FROM authz_routes ORDER BY route
