use std::collections::BTreeMap;

use accounts::{PermissionId, RoleId, UserId};
use rbac::{Grant, RoleName};
use serde::{Deserialize, Serialize};

use crate::Description;
use crate::object::objects;
use crate::time::DateTime;

/// A role.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is one that is never renamed or deleted.
    pub system: bool,
    /// When it was made.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
}

/// `POST /rbac/roles`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateRoleRequest {
    /// Its name, which no other role has in any spelling.
    pub name: RoleName,
    /// What it is for.
    #[serde(default)]
    pub description: Description,
    /// What it grants, by name; all of it in the catalogue.
    #[serde(default)]
    pub permissions: Vec<Grant>,
}

/// `PUT /rbac/roles/:id`: what is absent stays.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateRoleRequest {
    /// Its new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<RoleName>,
    /// Its new description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
}

/// `PUT /rbac/roles/:id/permissions`: exactly these from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetRolePermissionsRequest {
    /// What the role grants, by name; all of it in the catalogue.
    pub permissions: Vec<Grant>,
}

/// What a role grants.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RolePermissions {
    /// By name.
    pub items: Vec<Permission>,
}

/// An entry of the permission catalogue.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Permission {
    /// Its id.
    pub id: PermissionId,
    /// The permission, or a grant with a wildcard.
    pub name: String,
    /// What it allows.
    pub description: String,
    /// The application that registered it; absent where none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// Whether it is built in.
    pub system: bool,
}

/// `POST /rbac/permissions`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreatePermissionRequest {
    /// The permission, or a grant with a wildcard.
    pub name: Grant,
    /// What it allows.
    #[serde(default)]
    pub description: Description,
}

/// `PUT /rbac/permissions`: what an application asks of its callers. Registering the same manifest again changes
/// nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// The application's name.
    pub application: RoleName,
    /// All its permissions: those that it registered before and that are not here any more are removed.
    #[serde(deserialize_with = "objects")]
    pub permissions: Vec<ManifestPermission>,
    /// Remove permissions even where roles still grant them.
    #[serde(default)]
    pub force: bool,
    /// Answer what it would change, or why it would be refused, and change nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// A permission of an application.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestPermission {
    /// The permission; a wildcard is for roles to grant, not for applications to ask.
    pub name: rbac::Permission,
    /// What it allows.
    #[serde(default)]
    pub description: Description,
    /// The roles that the application suggests to grant it. Nothing is granted by it.
    #[serde(default)]
    pub roles: Vec<RoleName>,
}

/// What registering a manifest changed, or would change.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ManifestResult {
    /// New in the catalogue.
    pub added: Vec<String>,
    /// With a new description.
    pub updated: Vec<String>,
    /// Gone from the catalogue, and from every role.
    pub removed: Vec<String>,
    /// As they were.
    pub unchanged: usize,
    /// What the application suggests and no role grants yet: for somebody who assigns roles to look at.
    pub suggested: Vec<SuggestedGrant>,
}

/// What an application suggests that a role should grant.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SuggestedGrant {
    /// The name of the role, which may not be there.
    pub role: String,
    /// The permission.
    pub permission: String,
}

/// `POST /rbac/users/:userId/roles`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssignRoleRequest {
    /// The role.
    pub role_id: RoleId,
}

/// The roles of a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserRoles {
    /// By name.
    pub items: Vec<Assignment>,
}

/// A role that a user has.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    /// The role.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is a system role.
    pub system: bool,
    /// Since when.
    pub granted_at: DateTime,
    /// Who granted it; absent where it was the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted_by: Option<UserId>,
}

/// What a user may do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EffectivePermissions {
    /// By name.
    pub items: Vec<EffectivePermission>,
}

/// A permission that a user has.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EffectivePermission {
    /// The permission, or a grant with a wildcard.
    pub name: String,
    /// The names of the roles that give it.
    pub roles: Vec<String>,
}

/// `POST /rbac/check`: may the caller do this?
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckRequest {
    /// Plain permissions, at least one.
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = Self::MAX_PERMISSIONS)))]
    pub permissions: Vec<rbac::Permission>,
    /// Whether all of them are needed, or any one.
    #[serde(default)]
    pub mode: CheckMode,
}

impl CheckRequest {
    /// How many permissions one check names at most.
    pub const MAX_PERMISSIONS: usize = 1_000;
}

/// How several permissions count together.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum CheckMode {
    /// All are needed.
    #[default]
    All,
    /// One is enough.
    Any,
}

/// The answer to a check.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CheckResponse {
    /// The decision.
    pub allowed: bool,
    /// The decision about each permission alone.
    pub permissions: BTreeMap<String, bool>,
}
