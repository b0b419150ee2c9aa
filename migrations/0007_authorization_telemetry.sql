-- What was decided: how often, where and about whom, so that an operator switches enforcement on knowing what it changes.
-- Everything here is counted up after responses and dropped once it is old; `day` and `minute` are their first
-- millisecond, in UTC.

CREATE TABLE authz_counters (
  day        INTEGER NOT NULL,
  finding    TEXT    NOT NULL, -- denied; would_deny or would_allow, under enforcement; failed: could not be evaluated
  mode       TEXT    NOT NULL, -- the one in effect for the caller; always: no flag has a say
  route      TEXT    NOT NULL, -- `PUT /users/{id}`
  permission TEXT    NOT NULL, -- what the route asks; empty: a session
  count      INTEGER NOT NULL,
  CONSTRAINT authz_counters_pk PRIMARY KEY (day, finding, mode, route, permission),
  CONSTRAINT authz_counters_finding_known CHECK (finding IN ('denied', 'would_deny', 'would_allow', 'failed')),
  CONSTRAINT authz_counters_mode_known CHECK (mode IN ('off', 'report', 'on', 'always'))
) STRICT, WITHOUT ROWID;

-- The same by user, for as many as a person can look at. The user may be gone since.
CREATE TABLE authz_user_counters (
  day        INTEGER NOT NULL,
  finding    TEXT    NOT NULL,
  user_id    TEXT    NOT NULL,
  mode       TEXT    NOT NULL,
  permission TEXT    NOT NULL,
  count      INTEGER NOT NULL,
  CONSTRAINT authz_user_counters_pk PRIMARY KEY (day, finding, user_id, mode, permission),
  CONSTRAINT authz_user_counters_finding_known CHECK (finding IN ('denied', 'would_deny', 'would_allow', 'failed')),
  CONSTRAINT authz_user_counters_mode_known CHECK (mode IN ('off', 'report', 'on', 'always'))
) STRICT, WITHOUT ROWID;

-- The last two days by minute, for the alert.
CREATE TABLE authz_minutes (
  minute  INTEGER NOT NULL,
  finding TEXT    NOT NULL,
  count   INTEGER NOT NULL,
  CONSTRAINT authz_minutes_pk PRIMARY KEY (minute, finding),
  CONSTRAINT authz_minutes_finding_known CHECK (finding IN ('denied', 'would_deny', 'would_allow', 'failed'))
) STRICT, WITHOUT ROWID;

-- The last day on which a route that asks a permission came to a decision.
CREATE TABLE authz_routes (
  route        TEXT    NOT NULL PRIMARY KEY,
  exercised_on INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When the last alert went out: there is one for each window at most.
CREATE TABLE authz_alerts (
  id         INTEGER NOT NULL PRIMARY KEY,
  alerted_at INTEGER NOT NULL,
  CONSTRAINT authz_alerts_single CHECK (id = 1)
) STRICT;
