//! The internal API of session-state: what user-mgmt writes, and what a cached check reads.
//!
//! The id of a record is the hash of its session's token. Times are unix milliseconds.

use accounts::{TenantId, Timestamp, TokenHash, UserId};
use serde::{Deserialize, Serialize};

use crate::object::object;

/// The format of [`SessionRecord`]; a record of another one reads as missing.
pub const RECORD_VERSION: u32 = 1;

/// How many sessions one `POST /revoke` or `POST /invalidate` may name. Each takes up to two calls to KV, which takes
/// 1,000 for a request.
pub const MAX_IDS: usize = 400;

/// A session as the cache knows it. The last three fields are absent while RBAC is off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionRecord {
    /// The format: [`RECORD_VERSION`].
    pub version: u32,
    /// The user.
    pub user_id: UserId,
    /// The user's e-mail address.
    pub username: String,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The user's tenant.
    pub tenant_id: TenantId,
    /// The name of that tenant. Absent in records of releases that did not write it; such a record is stale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Whether the user is of the staff of whoever runs the deployment. Absent as `tenant` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<bool>,
    /// The user's `authz_version` when this was written.
    pub user_version: i64,
    /// When this was written, which is when its permissions were read.
    #[cfg_attr(feature = "openapi", schemars(with = "i64"))]
    pub created_at: Timestamp,
    /// When the session ends at the latest.
    #[cfg_attr(feature = "openapi", schemars(with = "i64"))]
    pub expires_at: Timestamp,
    /// The names of the user's roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// The stored grants of those roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    /// The epoch that the permissions were read at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<i64>,
}

/// `POST /create`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateRequest {
    /// The name of the record.
    pub id: TokenHash,
    /// How long it lives without being written again, in seconds: the idle limit, at least 60.
    pub ttl_seconds: u64,
    /// The record.
    #[serde(deserialize_with = "object")]
    pub session: SessionRecord,
}

/// `PUT /update/:id`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateRequest {
    /// How long it lives without being written again, in seconds: the idle limit, at least 60.
    pub ttl_seconds: u64,
    /// The whole record.
    #[serde(deserialize_with = "object")]
    pub session: SessionRecord,
}

/// `PATCH /add/:id`: fields to set in the record; the others stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddRequest {
    /// How long the record lives from now, in seconds, at least 60.
    pub ttl_seconds: u64,
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
}

/// Whether the permissions of a record may be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Freshness {
    /// They may.
    Fresh,
    /// They are behind the epoch, or too old: have user-mgmt recompute them first.
    Stale,
}

/// `GET /get/:id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GetResponse {
    /// Whether it may be relied on.
    pub freshness: Freshness,
    /// The record.
    #[serde(deserialize_with = "object")]
    pub session: SessionRecord,
}

/// `POST /revoke`: these sessions are over, for good.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeRequest {
    /// The names of their records.
    pub ids: Vec<TokenHash>,
}

/// `POST /invalidate`: what is cached about a user is out of date.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InvalidateRequest {
    /// The names of the records of the user's sessions.
    pub ids: Vec<TokenHash>,
    /// Records of an earlier version of the user are not to be believed, nor written any more.
    pub user_version: i64,
}

/// `PUT /epoch`: records of an earlier epoch are stale. An epoch never goes back.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EpochRequest {
    /// The present epoch.
    pub epoch: i64,
}

/// `PUT /cache/:key`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CachePutRequest {
    /// Any JSON.
    pub value: serde_json::Value,
    /// How long it lives, in seconds, at least 60; for ever where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_seconds: Option<u64>,
}

/// `GET /cache/:key`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CacheGetResponse {
    /// What was put there.
    pub value: serde_json::Value,
}
