//! The epoch: one number that rises with any change to what any role grants.

use serde::Deserialize;

use crate::statement::statement;
use crate::{Query, Statement};

/// The row of the epoch.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Epoch {
    /// The present epoch.
    pub epoch: i64,
}

/// Makes every cached permission stale.
pub fn bump_epoch() -> Statement {
    statement!("rbac_meta/bump_epoch")
}

/// The present epoch.
pub fn epoch() -> Query<Epoch> {
    Query::new(statement!("rbac_meta/epoch"))
}
