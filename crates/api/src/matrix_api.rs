use accounts::RoleId;
use rbac::Grant;
use serde::{Deserialize, Serialize};

use crate::Permission;
use crate::object::objects;
use crate::page::Page;

/// `GET /rbac/matrix`: roles across, permissions down.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Matrix {
    /// Roles by name; `roleCursor` asks for those after them.
    pub roles: Page<MatrixRole>,
    /// Permissions by name; `cursor` asks for those after them.
    pub permissions: Page<MatrixPermission>,
}

/// A column of the matrix.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MatrixRole {
    /// The role.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is one that is never renamed or deleted.
    pub system: bool,
    /// How many accounts have it, counted up to 1,000.
    pub holders: u32,
    /// Whether the caller holds all that it grants, without which nobody changes it.
    pub within_own_grants: bool,
}

/// A row of the matrix.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MatrixPermission {
    /// The permission.
    #[serde(flatten)]
    pub permission: Permission,
    /// Which of the roles grant it.
    pub granted_by: Vec<RoleId>,
}

/// `PATCH /rbac/matrix`: cells of the matrix from now on; all others stay as they are.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeMatrixRequest {
    /// 1 to 1,000 of them, of at most 50 roles.
    #[serde(deserialize_with = "objects")]
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = Self::MOST_CHANGES)))]
    pub changes: Vec<MatrixChange>,
    /// Say what would change, and leave everything as it is.
    #[serde(default)]
    pub preview: bool,
}

impl ChangeMatrixRequest {
    /// How many cells one request changes at most.
    pub const MOST_CHANGES: usize = 1_000;
}

/// A cell of the matrix.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MatrixChange {
    /// The role.
    pub role_id: RoleId,
    /// The permission, by its name in the catalogue.
    pub permission: Grant,
    /// Whether the role grants it.
    pub granted: bool,
}

/// What a change of the matrix changes. What was so before is not in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangedMatrix {
    /// The roles that grant more or less, by name.
    pub roles: Vec<ChangedRole>,
}

/// What changes about a role.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangedRole {
    /// The role.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// How many accounts have it, counted up to 1,000.
    pub holders: u32,
    /// What it grants more, by name.
    pub granted: Vec<Grant>,
    /// What it grants no more, by name.
    pub revoked: Vec<Grant>,
}
