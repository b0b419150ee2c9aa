//! Tenants: organisations whose users belong together.

use accounts::{TenantId, TenantName, TenantStatus, Timestamp};
use serde::Deserialize;

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
