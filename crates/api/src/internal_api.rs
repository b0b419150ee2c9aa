//! What user-mgmt answers to other workers alone, below `/internal`: who somebody is, whether they may, and what was
//! decided elsewhere. account-pages hands none of it on.

use accounts::UserId;
use enforce::{Finding, Mode};
use rbac::{Permission, RoleName};
use serde::{Deserialize, Serialize};

use crate::CheckMode;
use crate::object::objects;

/// How many findings one report may have.
pub const MAX_FINDINGS: usize = 1_000;

/// The longest name of a route, in characters.
pub const MAX_ROUTE_CHARS: usize = 200;

/// `GET /internal/principal`: whoever a cookie or an API token belongs to, as it is at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Principal {
    /// The user.
    pub user_id: UserId,
    /// The user's e-mail address.
    pub username: String,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The name of the user's tenant.
    pub tenant: String,
    /// Whether the user is of the staff of whoever runs the deployment.
    pub staff: bool,
    /// Whether an API token speaks for the user, rather than a session.
    pub api_token: bool,
    /// The names of the user's roles; absent while RBAC is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// What the user may do, or the token if that is less; absent while RBAC is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
}

/// `POST /internal/findings`: what an application's guard has found since it last told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindingsReport {
    /// The application's name.
    pub application: RoleName,
    /// What was found, 1,000 entries at most.
    #[serde(deserialize_with = "objects")]
    pub findings: Vec<FindingCount>,
    /// The routes that came to a decision, `GET /bookmarks/{id}`, 1,000 at most.
    pub routes: Vec<String>,
}

/// How often something was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindingCount {
    /// What.
    pub finding: Finding,
    /// The mode in effect for the user.
    pub mode: Mode,
    /// Method and path, with names for its variable parts: `GET /bookmarks/{id}`.
    pub route: String,
    /// What the route asks: a permission, or several with `|` (any) or `&` (all) between them.
    pub required: String,
    /// Whose request it was; absent where nobody was signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// How often.
    pub count: u32,
}

/// `POST /internal/authorize`: may whoever a cookie or an API token belongs to do this? user-mgmt decides by its own
/// flags, and records what it finds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthorizeRequest {
    /// The application's name.
    pub application: RoleName,
    /// Method and path, with names for its variable parts: `GET /bookmarks/{id}`.
    pub route: String,
    /// What the route asks, at least one permission.
    pub permissions: Vec<Permission>,
    /// Whether all of them are needed, or any one.
    #[serde(default)]
    pub mode: CheckMode,
    /// Whose the thing is that the request is about; the owner needs no permission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// The rule from before, where it is more than this: to be the owner, if there is an `owner`, and otherwise to be
    /// signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<bool>,
}

/// That they may. Otherwise the answer is a problem: 401, 403 or 503.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuthorizeResponse {
    /// Who it is.
    pub principal: Principal,
}
