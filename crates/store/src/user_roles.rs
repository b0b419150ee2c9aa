//! Who has which role.

use accounts::{RoleId, Timestamp, UserId};
use serde::Deserialize;

use crate::rows::{flag, texts};
use crate::statement::statement;
use crate::{Query, Statement};

/// A role that a user has.
#[derive(Clone, Debug, Deserialize)]
pub struct Assignment {
    /// The role.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is a system role.
    #[serde(deserialize_with = "flag")]
    pub system: bool,
    /// Since when.
    pub granted_at: Timestamp,
    /// Who granted it; the system where there is nobody.
    pub granted_by: Option<UserId>,
}

/// A permission that a user has.
#[derive(Clone, Debug, Deserialize)]
pub struct Effective {
    /// The stored grant, not parsed.
    pub name: String,
    /// The roles that give it.
    #[serde(deserialize_with = "texts")]
    pub roles: Vec<String>,
}

/// The roles of a user.
pub fn list(user: UserId) -> Query<Assignment> {
    Query::new(statement!("user_roles/list", &user))
}

/// Gives a user a role; one that the user has is a conflict on `user_roles.user_id`.
pub fn insert(user: UserId, role: RoleId, now: Timestamp, by: Option<UserId>) -> Statement {
    statement!("user_roles/insert", &user, &role, now, by.as_ref())
}

/// Gives a user a role in the name of the system, if the user lacks it.
pub fn insert_if_missing(user: UserId, role: RoleId, now: Timestamp) -> Statement {
    statement!("user_roles/insert_if_missing", &user, &role, now)
}

/// Takes a role from a user; the guard `last_super_admin` keeps the last one.
pub fn delete(user: UserId, role: RoleId) -> Statement {
    statement!("user_roles/delete", &user, &role)
}

/// What a user may do, and through which roles.
pub fn effective(user: UserId) -> Query<Effective> {
    Query::new(statement!("user_roles/effective", &user))
}
