use accounts::{Email, RoleId, UserId};
use serde::{Deserialize, Serialize};

use crate::time::DateTime;

/// `GET /v1/admin/rollout`: where a rollout stands, and what the next step would change.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Rollout {
    /// When this was read.
    pub generated_at: DateTime,
    /// The start of the first day that counts.
    pub from: DateTime,
    /// How many days count, today included.
    pub days: u32,
    /// What is switched on.
    pub flags: RolloutFlags,
    /// What looks wrong with the configuration.
    pub configuration_defects: Vec<String>,
    /// What is wrong with roles and permissions.
    pub matrix: MatrixDefects,
    /// Requests that were allowed, and that enforcement would deny.
    pub would_deny: Findings,
    /// Requests that were denied, and that enforcement would allow.
    pub would_allow: Findings,
    /// Requests that were denied, and enforcement changes nothing about that.
    pub denied: Findings,
    /// Requests for which RBAC could not be evaluated.
    pub evaluation_errors: Findings,
    /// All of that by day, every day of the window.
    pub by_day: Vec<RolloutDay>,
    /// Whether enforcement can be switched on for everyone.
    pub readiness: Readiness,
}

/// What is switched on in user-mgmt.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RolloutFlags {
    /// `RBAC_ENABLED`.
    pub rbac_enabled: bool,
    /// `USER_MGMT_CORE`.
    pub user_mgmt_core: bool,
    /// `USER_MGMT_ENFORCE`: `off`, `report` or `on`.
    pub enforce: String,
    /// `USER_MGMT_ENFORCE_FOR`: for whom `on` is on; everyone else is in `report`.
    pub enforce_for: Vec<String>,
}

/// A list that may be cut, and how many items there are in all.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Top<T> {
    /// How many there are.
    pub total: u64,
    /// The first of them.
    pub items: Vec<T>,
}

/// What is wrong with roles and permissions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MatrixDefects {
    /// Permissions that no role grants, apart from `admin:all`, which grants every one.
    pub permissions_without_role: Top<UngrantedPermission>,
    /// Roles that nobody has.
    pub roles_without_users: Top<UnheldRole>,
    /// Grants that can't be read, and so grant nothing.
    pub unreadable_grants: Top<UnreadableGrant>,
    /// Protected routes that came to no decision in the window: nothing is known of what enforcement would do there.
    pub routes_not_exercised: Vec<UnexercisedRoute>,
}

/// A permission that no role grants.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UngrantedPermission {
    /// Which.
    pub name: String,
    /// The application that registered it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// Whether it is built in.
    pub system: bool,
}

/// A role that nobody has.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnheldRole {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
}

/// A grant that can't be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnreadableGrant {
    /// The name of the role that has it.
    pub role: String,
    /// The grant as it is stored.
    pub grant: String,
    /// What is wrong with it.
    pub error: String,
}

/// A protected route that came to no decision.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnexercisedRoute {
    /// Method and path.
    pub route: String,
    /// What it asks.
    pub permission: String,
    /// The last day before the window on which it did, if there was one.
    pub last_exercised: Option<DateTime>,
}

/// What was found, and where. Lists begin with the most frequent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    /// How often.
    pub count: u64,
    /// By route.
    pub routes: Top<RouteFindings>,
    /// By permission.
    pub permissions: Top<PermissionFindings>,
    /// By user, as far as users are named: the first 10,000 of a day.
    pub users: Top<UserFindings>,
}

/// What was found on a route.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RouteFindings {
    /// Method and path.
    pub route: String,
    /// What it asks; absent where that is a session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// How often.
    pub count: u64,
}

/// What was found about a permission.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PermissionFindings {
    /// Which one; absent where a session was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// How often.
    pub count: u64,
}

/// What was found about a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserFindings {
    /// Who.
    pub user_id: UserId,
    /// Their address; absent where the account is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<Email>,
    /// What they were asked for.
    pub permissions: Vec<String>,
    /// How often.
    pub count: u64,
}

/// What was found on a day.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RolloutDay {
    /// Its start, in UTC.
    pub day: DateTime,
    /// Denied, and enforcement changes nothing about that.
    pub denied: u64,
    /// Allowed, and enforcement would deny it.
    pub would_deny: u64,
    /// Denied, and enforcement would allow it.
    pub would_allow: u64,
    /// RBAC could not be evaluated.
    pub evaluation_errors: u64,
}

/// Whether enforcement can be switched on for everyone.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// Whether nothing speaks against it.
    pub ready: bool,
    /// What speaks against it, and what is worth knowing.
    pub reasons: Vec<ReadinessReason>,
}

/// Something that speaks against enforcement, or is worth knowing before it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReadinessReason {
    /// What it is, in a word that does not change.
    pub code: String,
    /// Whether it speaks against it.
    pub blocking: bool,
    /// The same for a person to read.
    pub detail: String,
}
