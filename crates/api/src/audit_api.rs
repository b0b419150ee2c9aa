//! The audit log, as `GET /v1/admin/audit` shows it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::DateTime;

/// Something that was done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent {
    /// Its id; later ids sort after earlier ones.
    pub id: String,
    /// When.
    pub at: DateTime,
    /// What was done: `role.assigned`.
    pub action: String,
    /// Who did it; nobody where it was the system, or where nobody was signed in.
    pub actor: Option<AuditActor>,
    /// To what.
    pub target: AuditTarget,
    /// The name of the tenant of whoever did it, or of whom it was done to.
    pub tenant: Option<String>,
    /// The request in which it was done, as `X-Request-Id` and the log have it.
    pub request_id: String,
    /// Where the request came from, where the deployment keeps that.
    pub client_address: Option<String>,
    /// What changed: `before`, `after`, and what else the action has.
    pub details: Value,
}

/// Whoever did something. What is beside the id is as the account has it now, and absent where there is none any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditActor {
    /// The id of the account.
    pub id: String,
    /// Its address.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
}

/// What something was done to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditTarget {
    /// What kind of thing: `user`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which one.
    pub id: String,
}
