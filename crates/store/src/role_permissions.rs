//! What roles grant.

use accounts::{PermissionId, RoleId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::permissions::Permission;
use crate::statement::statement;
use crate::{Query, Statement};

/// The permissions that a role grants.
pub fn list(role: RoleId) -> Query<Permission> {
    Query::new(statement!("role_permissions/list", &role))
}

/// A role and a permission, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedGrant {
    /// The role.
    pub role: String,
    /// The permission.
    pub permission: String,
}

/// Those of `grants` that are not granted, in their order.
pub fn lacking(grants: &[NamedGrant]) -> Query<NamedGrant> {
    Query::new(statement!("role_permissions/lacking", json!(grants).to_string()))
}

/// Grants a permission to a role; one that it has is a conflict on `role_permissions.role_id`.
pub fn insert(role: RoleId, permission: PermissionId) -> Statement {
    statement!("role_permissions/insert", &role, &permission)
}

/// Grants permissions to a role, as far as it lacks them.
pub fn insert_all(role: RoleId, permissions: &[PermissionId]) -> Statement {
    statement!("role_permissions/insert_all", &role, permissions)
}

/// Takes a permission from a role; the guard `super_admin_grant` keeps `admin:all` with `SUPER_ADMIN`.
pub fn delete(role: RoleId, permission: PermissionId) -> Statement {
    statement!("role_permissions/delete", &role, &permission)
}

/// Takes permissions from a role, under the same condition.
pub fn delete_all(role: RoleId, permissions: &[PermissionId]) -> Statement {
    statement!("role_permissions/delete_all", &role, permissions)
}

/// Takes all other permissions from a role, under the same condition.
pub fn delete_others(role: RoleId, keep: &[PermissionId]) -> Statement {
    statement!("role_permissions/delete_others", &role, keep)
}

/// Takes permissions from every role.
pub fn delete_permissions(permissions: &[PermissionId]) -> Statement {
    statement!("role_permissions/delete_permissions", permissions)
}
