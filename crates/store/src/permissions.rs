//! The permission catalogue: what a role may hold.

use std::collections::BTreeMap;

use accounts::{PermissionId, Timestamp};
use rbac::Grant;
use serde::Deserialize;

use crate::rows::flag;
use crate::statement::statement;
use crate::{Query, Statement};

/// An entry of the catalogue.
#[derive(Clone, Debug, Deserialize)]
pub struct Permission {
    /// Its id.
    pub id: PermissionId,
    /// The stored grant, not parsed.
    pub name: String,
    /// What it allows.
    pub description: String,
    /// The application that registered it; empty where none did.
    pub application: String,
    /// Whether it is built in.
    #[serde(deserialize_with = "flag")]
    pub system: bool,
}

/// An entry of one application, for comparison with its manifest.
#[derive(Clone, Debug, Deserialize)]
pub struct Registered {
    /// Its id.
    pub id: PermissionId,
    /// The stored grant, not parsed.
    pub name: String,
    /// What it allows.
    pub description: String,
    /// Whether any role grants it.
    #[serde(deserialize_with = "flag")]
    pub granted: bool,
}

/// An entry that is about to exist.
#[derive(Clone, Debug)]
pub struct NewPermission<'a> {
    /// Its id.
    pub id: PermissionId,
    /// The grant.
    pub name: &'a str,
    /// What it allows.
    pub description: &'a str,
}

/// A page of the catalogue by name, after the name `after`.
pub fn list(after: &str, limit: u32) -> Query<Permission> {
    Query::new(statement!("permissions/list", after, i64::from(limit)))
}

/// A page of those entries whose names start with `prefix`, by name, after the name `after`: rows of the matrix.
pub fn rows(prefix: &str, after: &str, limit: u32) -> Query<Permission> {
    // The last character that there is ends whatever starts with the prefix.
    let end = format!("{prefix}{}", char::MAX);
    Query::new(statement!("permissions/rows", prefix.max(after), end, after, i64::from(limit)))
}

/// One entry.
pub fn by_id(id: PermissionId) -> Query<Permission> {
    Query::new(statement!("permissions/by_id", &id))
}

/// The entries of these names, as far as they exist.
pub fn by_names<N: ToString>(names: &[N]) -> Query<Permission> {
    Query::new(statement!("permissions/by_names", names))
}

/// What an application has registered.
pub fn by_application(application: &str) -> Query<Registered> {
    Query::new(statement!("permissions/by_application", application))
}

/// Adds an entry; a taken name is a conflict on `permissions.name`.
pub fn insert(id: PermissionId, name: &Grant, description: &str, now: Timestamp) -> Statement {
    statement!("permissions/insert", &id, name, description, "", now)
}

/// Adds entries of an application; a taken name is a conflict on `permissions.name`.
pub fn insert_all(new: &[NewPermission<'_>], application: &str, now: Timestamp) -> Statement {
    let list: Vec<_> = new
        .iter()
        .map(|entry| {
            serde_json::json!({
                "id": entry.id, "name": entry.name, "description": entry.description
            })
        })
        .collect();
    statement!("permissions/insert_all", serde_json::Value::from(list).to_string(), application, now)
}

/// Describes entries of an application anew, by name.
pub fn update_descriptions(by_name: &BTreeMap<&str, &str>, application: &str) -> Statement {
    statement!("permissions/update_descriptions", serde_json::json!(by_name).to_string(), application)
}

/// Deletes an entry; a foreign key keeps what a role grants, the guard `system_permission` what is built in.
pub fn delete(id: PermissionId) -> Statement {
    statement!("permissions/delete", &id)
}

/// Deletes entries, under the same conditions.
pub fn delete_all(ids: &[PermissionId]) -> Statement {
    statement!("permissions/delete_all", ids)
}
