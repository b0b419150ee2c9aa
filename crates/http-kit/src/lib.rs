//! What every worker's HTTP side shares: problems, the route table, request context, cookies, limits.
