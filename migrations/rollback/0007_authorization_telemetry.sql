-- The way back from 0007: what was counted of decisions is gone, and nothing else.
DROP TABLE authz_alerts;
DROP TABLE authz_routes;
DROP TABLE authz_minutes;
DROP TABLE authz_user_counters;
DROP TABLE authz_counters;
