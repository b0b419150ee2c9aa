//! Resources that applications have made known, for searches.

use accounts::Timestamp;
use serde::Deserialize;

use crate::statement::statement;
use crate::{Query, Statement};

/// A resource of a type.
#[derive(Clone, Debug, Deserialize)]
pub struct AccessResource {
    /// What its application calls it.
    pub id: String,
}

/// A page of the resources of a type by id, after the id `after`.
pub fn list(kind: &str, after: &str, limit: u32) -> Query<AccessResource> {
    Query::new(statement!("access_resources/list", kind, after, i64::from(limit)))
}

/// A resource, if it is known.
pub fn exists(kind: &str, id: &str) -> Query<AccessResource> {
    Query::new(statement!("access_resources/exists", kind, id))
}

/// Adds a resource; one that is known already is a conflict on `access_resources.type`.
pub fn insert(kind: &str, id: &str, now: Timestamp) -> Statement {
    statement!("access_resources/insert", kind, id, now)
}

/// Removes a resource.
pub fn delete(kind: &str, id: &str) -> Statement {
    statement!("access_resources/delete", kind, id)
}
