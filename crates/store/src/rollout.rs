//! What is known about a rollout: what was counted of decisions, and what is wrong with the role matrix.

use accounts::{Email, RoleId, Timestamp, UserId};
use serde::Deserialize;

use crate::rows::{flag, texts};
use crate::statement::statement;
use crate::{Db, StoreError, decode};

/// How many grants that may not be readable are looked at.
const SUSPECTS: i64 = 1_000;

/// All of it, read in one batch. Lists are sorted by how often, and cut.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was found on each day, the first day first. Whole.
    pub days: Vec<DayCount>,
    /// What was found on each route.
    pub routes: Vec<RouteCount>,
    /// What was found about each permission.
    pub permissions: Vec<PermissionCount>,
    /// What was found about each user.
    pub users: Vec<UserCount>,
    /// The routes that ever came to a decision.
    pub exercised: Vec<Exercised>,
    /// Permissions that no role grants.
    pub not_granted: Vec<NotGranted>,
    /// Roles that nobody has.
    pub not_held: Vec<NotHeld>,
    /// Grants of roles that may not be readable.
    pub suspects: Vec<Suspect>,
}

/// How often something was found on a day.
#[derive(Clone, Debug, Deserialize)]
pub struct DayCount {
    /// The day.
    pub day: Timestamp,
    /// What.
    pub finding: String,
    /// How often.
    pub count: u64,
}

/// How often something was found on a route.
#[derive(Clone, Debug, Deserialize)]
pub struct RouteCount {
    /// What.
    pub finding: String,
    /// Method and path.
    pub route: String,
    /// What it asks; empty where that is a session.
    pub permission: String,
    /// How often.
    pub count: u64,
    /// How many routes there are with this finding.
    pub of_all: u64,
}

/// How often something was found about a permission.
#[derive(Clone, Debug, Deserialize)]
pub struct PermissionCount {
    /// What.
    pub finding: String,
    /// Which one; empty where a session was asked.
    pub permission: String,
    /// How often.
    pub count: u64,
    /// How many permissions there are with this finding.
    pub of_all: u64,
}

/// How often something was found about a user.
#[derive(Clone, Debug, Deserialize)]
pub struct UserCount {
    /// What.
    pub finding: String,
    /// Who.
    pub user_id: UserId,
    /// Their address, unless they are gone.
    pub email: Option<Email>,
    /// What they were asked for.
    #[serde(deserialize_with = "texts")]
    pub permissions: Vec<String>,
    /// How often.
    pub count: u64,
    /// How many users are named with this finding.
    pub of_all: u64,
}

/// A route that came to a decision.
#[derive(Clone, Debug, Deserialize)]
pub struct Exercised {
    /// Method and path.
    pub route: String,
    /// The last day on which it did.
    pub exercised_on: Timestamp,
}

/// A permission that no role grants.
#[derive(Clone, Debug, Deserialize)]
pub struct NotGranted {
    /// Which.
    pub name: String,
    /// Who registered it; empty: nobody.
    pub application: String,
    /// Whether it is built in.
    #[serde(deserialize_with = "flag")]
    pub system: bool,
    /// How many there are.
    pub of_all: u64,
}

/// A role that nobody has.
#[derive(Clone, Debug, Deserialize)]
pub struct NotHeld {
    /// Which.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// How many there are.
    pub of_all: u64,
}

/// A grant that may not be readable.
#[derive(Clone, Debug, Deserialize)]
pub struct Suspect {
    /// The name of the role.
    pub role: String,
    /// The grant as it is stored.
    pub grant: String,
}

/// Reads what was counted from a day on, and the defects of the matrix; at most so many rows of each list, and for
/// what was counted, of each finding.
pub async fn report(db: &impl Db, since: Timestamp, rows: u32) -> Result<Report, StoreError> {
    let limit = i64::from(rows);
    let statements = vec![
        statement!("authz_counters/by_day", since),
        statement!("authz_counters/by_route", since, limit),
        statement!("authz_counters/by_permission", since, limit),
        statement!("authz_user_counters/by_user", since, limit),
        statement!("authz_routes/list"),
        statement!("permissions/not_granted", limit),
        statement!("roles/not_held", limit),
        statement!("role_permissions/suspect", SUSPECTS),
    ];
    let mut results = db.batch(statements).await?.into_iter();
    let mut next = || results.next().unwrap_or_default();
    Ok(Report {
        days: decode("authz_counters/by_day", next())?,
        routes: decode("authz_counters/by_route", next())?,
        permissions: decode("authz_counters/by_permission", next())?,
        users: decode("authz_user_counters/by_user", next())?,
        exercised: decode("authz_routes/list", next())?,
        not_granted: decode("permissions/not_granted", next())?,
        not_held: decode("roles/not_held", next())?,
        suspects: decode("role_permissions/suspect", next())?,
    })
}
