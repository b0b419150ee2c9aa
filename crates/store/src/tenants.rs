//! Tenants: organisations whose users belong together.

use accounts::{RoleId, TenantId, TenantName, TenantStatus, Timestamp};
use serde::Deserialize;

use crate::rows::texts;
use crate::statement::statement;
use crate::{Query, Statement};

/// A tenant.
#[derive(Clone, Debug, Deserialize)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name, which no other has.
    pub name: String,
    /// Whether its members may sign in, as far as that is about the tenant.
    pub status: TenantStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many users belong to it.
    pub members: i64,
}

/// A role that somebody in a tenant has.
#[derive(Clone, Debug, Deserialize)]
pub struct RoleOfMembers {
    /// The role.
    pub id: RoleId,
    /// The stored grants, not yet parsed.
    #[serde(deserialize_with = "texts")]
    pub grants: Vec<String>,
}

/// A page of tenants by name, after the name `after`.
pub fn list(after: &str, limit: u32) -> Query<Tenant> {
    Query::new(statement!("tenants/list", after, i64::from(limit)))
}

/// One tenant.
pub fn by_id(id: TenantId) -> Query<Tenant> {
    Query::new(statement!("tenants/by_id", &id))
}

/// The tenant of this name.
pub fn by_name(name: &TenantName) -> Query<Tenant> {
    Query::new(statement!("tenants/by_name", name))
}

/// Adds a tenant; a taken name is a conflict on `tenants.name`.
pub fn insert(id: TenantId, name: &TenantName, now: Timestamp) -> Statement {
    statement!("tenants/insert", &id, name, now)
}

/// Renames a tenant; a taken name is a conflict on `tenants.name`.
pub fn rename(id: TenantId, name: &TenantName) -> Statement {
    statement!("tenants/rename", &id, name)
}

/// Keeps the members of a tenant out, or lets them in; the guard `last_super_admin` keeps the last one in.
pub fn set_status(id: TenantId, status: TenantStatus) -> Statement {
    statement!("tenants/set_status", &id, &status)
}

/// Every role that a member of a tenant has. It reads every member, so it is for what is rarely done.
pub fn roles_of_members(id: TenantId) -> Query<RoleOfMembers> {
    Query::new(statement!("tenants/roles_of_members", &id))
}
