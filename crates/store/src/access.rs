//! What a decision about somebody else rests on, and who may do what.

use accounts::{Email, UserId};
use rbac::Grant;
use serde::{Deserialize, Deserializer, de::Error};

use crate::Query;
use crate::rows::flag;
use crate::statement::statement;

/// A user, with those grants that were asked for.
#[derive(Clone, Debug, Deserialize)]
pub struct Subject {
    /// The user.
    pub id: UserId,
    /// The user's address.
    pub email: String,
    /// Whether the account and its tenant are active.
    #[serde(deserialize_with = "flag")]
    pub active: bool,
    /// The stored grants, not parsed, each with the name of a role that gives it.
    #[serde(deserialize_with = "pairs")]
    pub grants: Vec<(String, String)>,
}

/// A user who holds what was asked for.
#[derive(Clone, Debug, Deserialize)]
pub struct Holder {
    /// The user.
    pub id: UserId,
    /// The user's address.
    pub email: String,
}

/// An entry of the catalogue.
#[derive(Clone, Debug, Deserialize)]
pub struct Name {
    /// The stored grant, not parsed.
    pub name: String,
}

/// The users of these ids and addresses, as far as they exist, with those of `grants` that they hold.
pub fn subjects(ids: &[UserId], emails: &[Email], grants: &[Grant]) -> Query<Subject> {
    Query::new(statement!("access/subjects", ids, emails, grants))
}

/// A page of the active users who hold any of `grants`, by id, after the id `after`; nobody where the catalogue has nothing
/// for `resource`.
pub fn holders(resource: &str, grants: &[Grant], after: &str, limit: u32) -> Query<Holder> {
    let [first, end] = names(resource);
    Query::new(statement!("access/holders", grants, after, i64::from(limit), first, end))
}

/// The entries of the catalogue for a resource, those with a wildcard for its action included.
pub fn actions(resource: &str) -> Query<Name> {
    let [first, end] = names(resource);
    Query::new(statement!("access/actions", first, end))
}

/// What the names of a resource's permissions are between: `;` is the character after `:`.
fn names(resource: &str) -> [String; 2] {
    [format!("{resource}:"), format!("{resource};")]
}

fn pairs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    serde_json::from_str(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}
