//! What is counted of decisions, in the tables `authz_*`: written after responses, dropped once it is old.

use accounts::{OutboxId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::statement::statement;
use crate::{Query, Statement};

/// How many rows of a day name users. Who comes after them is counted all the same, though not by name.
pub const USER_ROWS_A_DAY: i64 = 10_000;

/// How often something was found on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The day.
    pub day: Timestamp,
    /// `denied`, `would_deny`, `would_allow` or `failed`.
    pub finding: &'static str,
    /// `off`, `report`, `on` or `always`.
    pub mode: &'static str,
    /// Method and path: `PUT /users/{id}`.
    pub route: String,
    /// What the route asks; empty where that is a session.
    pub permission: String,
    /// How often.
    pub count: u64,
}

/// How often something was found about a user on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserCount {
    /// The day.
    pub day: Timestamp,
    /// `denied`, `would_deny`, `would_allow` or `failed`.
    pub finding: &'static str,
    /// The user.
    pub user_id: UserId,
    /// `off`, `report`, `on` or `always`.
    pub mode: &'static str,
    /// What was asked; empty where that is a session.
    pub permission: String,
    /// How often.
    pub count: u64,
}

/// How often something was found in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MinuteCount {
    /// The minute.
    pub minute: Timestamp,
    /// `denied`, `would_deny`, `would_allow` or `failed`.
    pub finding: &'static str,
    /// How often.
    pub count: u64,
}

/// A route that came to a decision on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exercised {
    /// Method and path.
    pub route: String,
    /// The day.
    pub day: Timestamp,
}

/// How often something was found in a span of time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Sum {
    /// What.
    pub finding: String,
    /// How often.
    pub count: u64,
}

/// Counts up.
pub fn add(counts: &[Count]) -> Statement {
    statement!("authz_counters/add", json!(counts).to_string())
}

/// Counts up by user. Once `today` has so many rows, no more are added to it.
pub fn add_by_user(counts: &[UserCount], today: Timestamp, rows_a_day: i64) -> Statement {
    statement!("authz_user_counters/add", json!(counts).to_string(), today, rows_a_day)
}

/// Counts up by minute.
pub fn add_by_minute(counts: &[MinuteCount]) -> Statement {
    statement!("authz_minutes/add", json!(counts).to_string())
}

/// Writes down that routes were in use.
pub fn exercise(routes: &[Exercised]) -> Statement {
    statement!("authz_routes/exercise", json!(routes).to_string())
}

/// What was found from this minute on, as far back as minutes are kept.
pub fn since(minute: Timestamp) -> Query<Sum> {
    Query::new(statement!("authz_minutes/since", minute))
}

/// Writes an alert as a piece of work that is due at once, unless one was written after `not_since`. Both statements belong
/// into one batch.
pub fn alert(
    id: OutboxId,
    kind: &str,
    alert: &serde_json::Value,
    now: Timestamp,
    not_since: Timestamp,
) -> [Statement; 2] {
    [
        statement!("outbox/insert_alert", &id, kind, alert.to_string(), now, not_since),
        statement!("authz_alerts/upsert", now, not_since),
    ]
}

/// Drops what was counted before this day, and by minute before this time.
pub fn forget(day: Timestamp, minute: Timestamp) -> Vec<Statement> {
    vec![
        statement!("authz_counters/delete_before", day),
        statement!("authz_user_counters/delete_before", day),
        statement!("authz_minutes/delete_before", minute),
    ]
}
