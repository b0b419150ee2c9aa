use accounts::{
    Email, NewPassword, PersonName, RoleId, TenantId, TenantName, TenantStatus, UserId, UserStatus,
};
use serde::{Deserialize, Serialize};

use crate::Description;
use crate::accounts_api::present;
use crate::time::DateTime;

/// An account as administrators see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AdminUser {
    /// Its id.
    pub id: UserId,
    /// Its e-mail address.
    pub username: Email,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The name of its tenant.
    pub tenant: String,
    /// The id of its tenant.
    pub tenant_id: TenantId,
    /// `active`, `invited` or `suspended`.
    pub status: UserStatus,
    /// Whether it belongs to the cohort `staff` of a rollout.
    pub staff: bool,
    /// Whether the address was shown to be the user's.
    pub email_verified: bool,
    /// Its roles by name.
    pub roles: Vec<RoleRef>,
    /// When the account was made.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
}

/// A role that somebody has.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoleRef {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
}

/// `POST /v1/admin/users`: without a password, the account is invited by mail.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateUserRequest {
    /// The e-mail address, which is the name to sign in with.
    pub username: Email,
    /// First name.
    pub first_name: Option<PersonName>,
    /// Last name.
    pub last_name: Option<PersonName>,
    /// An initial password of 12 to 256 characters, which whoever creates the account then knows.
    #[serde(skip_serializing)]
    pub password: Option<NewPassword>,
    /// The name of the tenant; `default` if absent.
    pub tenant: Option<TenantName>,
    /// Whether it belongs to the cohort `staff` of a rollout.
    #[serde(default)]
    pub staff: bool,
    /// Roles beside the one that every account starts with; at most 50.
    #[serde(default)]
    pub roles: Vec<RoleId>,
}

/// `PATCH /v1/admin/users/:id`: what is absent stays, `null` clears a name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeUserRequest {
    /// First name.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<PersonName>"))]
    pub first_name: Option<Option<PersonName>>,
    /// Last name.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<PersonName>"))]
    pub last_name: Option<Option<PersonName>>,
    /// Another e-mail address: it has to be verified anew, and every session ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<Email>,
    /// The name of another tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantName>,
    /// Whether it belongs to the cohort `staff` of a rollout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<bool>,
}

/// `POST /v1/admin/users/:id/suspend` and `/reactivate`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfirmRequest {
    /// Has to be true.
    #[serde(default)]
    pub confirm: bool,
    /// Why, for the audit log.
    pub reason: Option<Description>,
}

/// A tenant: an organisation whose users belong together.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// `active` or `suspended`.
    pub status: TenantStatus,
    /// How many users belong to it; `GET /v1/admin/users?tenant=NAME` lists them.
    pub members: i64,
    /// When it was made.
    pub created_at: DateTime,
}

/// `POST /v1/admin/tenants`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateTenantRequest {
    /// Its name, which no other tenant has.
    pub name: TenantName,
}

/// `PATCH /v1/admin/tenants/:id`: what is absent stays.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeTenantRequest {
    /// Its new name.
    pub name: Option<TenantName>,
    /// `suspended` keeps every member out, `active` lets them in again.
    pub status: Option<TenantStatus>,
    /// Has to be true where the status changes.
    #[serde(default)]
    pub confirm: bool,
    /// Why, for the audit log.
    pub reason: Option<Description>,
}
