//! The resources that searches find.

use std::fmt;
use std::str::FromStr;

use http_kit::{Problem, Request};
use rbac::Permission;
use store::{Db, access_resources};

use crate::services::problems::store_problem;

pub(in crate::routes) mod delete;
pub(in crate::routes) mod list;
pub(in crate::routes) mod register;

/// The longest id, in bytes.
const MAX_ID: usize = 256;

/// What a permission has before its colon.
struct Kind(String);

impl FromStr for Kind {
    type Err = rbac::ParsePermissionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Permission::parse(&format!("{text}:read"))?;
        Ok(Self(text.to_owned()))
    }
}

/// A resource, as the path names it.
struct Resource {
    kind: String,
    id: String,
}

impl Resource {
    fn of(request: &Request) -> Result<Self, Problem> {
        let Kind(kind) = request.param("type")?;
        let id: String = request.param("id")?;
        if id.len() > MAX_ID || id.chars().any(char::is_control) {
            return Err(Problem::invalid_field(
                "id",
                format!("`id`: at most {MAX_ID} bytes without control characters"),
            ));
        }
        Ok(Self { kind, id })
    }

    /// Whether searches find it.
    async fn is_known(&self, db: &impl Db) -> Result<bool, Problem> {
        let found = access_resources::exists(&self.kind, &self.id).first(db).await;
        found.map(|found| found.is_some()).map_err(|error| store_problem(&error))
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}
