//! Roles.

use accounts::{RoleId, Timestamp};
use rbac::RoleName;
use serde::Deserialize;

use crate::rows::{flag, texts};
use crate::statement::statement;
use crate::{Query, Statement};

/// A role.
#[derive(Clone, Debug, Deserialize)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is one that is never renamed or deleted.
    #[serde(deserialize_with = "flag")]
    pub system: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A role with what it grants.
#[derive(Clone, Debug, Deserialize)]
pub struct RoleWithGrants {
    /// The role.
    #[serde(flatten)]
    pub role: Role,
    /// The epoch at which the grants were read.
    pub epoch: i64,
    /// The stored grants, not yet parsed.
    #[serde(deserialize_with = "texts")]
    pub grants: Vec<String>,
    /// How many accounts have it, counted up to [`COUNTED_HOLDERS`].
    pub holders: u32,
}

/// Up to where the holders of a role are counted.
pub const COUNTED_HOLDERS: u32 = 1_000;

/// A page of roles by name, after the name `after`.
pub fn list(after: &str, limit: u32) -> Query<Role> {
    Query::new(statement!("roles/list", after, i64::from(limit)))
}

/// A page of roles with their grants, by name, after the name `after`: columns of the matrix.
pub fn columns(after: &str, limit: u32) -> Query<RoleWithGrants> {
    Query::new(statement!("roles/columns", after, i64::from(limit)))
}

/// One role with its grants.
pub fn by_id(id: RoleId) -> Query<RoleWithGrants> {
    Query::new(statement!("roles/by_id", &id))
}

/// These roles with their grants, as far as there are any, by name.
pub fn by_ids(ids: &[RoleId]) -> Query<RoleWithGrants> {
    Query::new(statement!("roles/by_ids", ids))
}

/// Adds a role; a taken name, in any case, is a conflict on `roles.name`.
pub fn insert(id: RoleId, name: &RoleName, description: &str, now: Timestamp) -> Statement {
    statement!("roles/insert", &id, name, description, now)
}

/// Renames and describes a role; the guard `system_role` keeps the names of system roles.
pub fn update(id: RoleId, name: &RoleName, description: &str, now: Timestamp) -> Statement {
    statement!("roles/update", &id, name, description, now)
}

/// Deletes a role with its grants and assignments; the guard `system_role` keeps the system roles.
pub fn delete(id: RoleId) -> Statement {
    statement!("roles/delete", &id)
}
