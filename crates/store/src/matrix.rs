//! The role matrix: roles across, permissions down.

use crate::permissions::Permission;
use crate::roles::RoleWithGrants;
use crate::{Db, Query, StoreError};

/// A part of the matrix.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Across.
    pub columns: Vec<RoleWithGrants>,
    /// Down.
    pub rows: Vec<Permission>,
}

/// Reads the columns and the rows that these find, in one round trip.
pub async fn read(
    db: &impl Db,
    columns: Query<RoleWithGrants>,
    rows: Query<Permission>,
) -> Result<Matrix, StoreError> {
    let (columns, rows) = (columns.into_statement(), rows.into_statement());
    let names = (columns.name, rows.name);
    let mut results = db.batch(vec![columns, rows]).await?.into_iter();
    let mut next = || results.next().unwrap_or_default();
    Ok(Matrix { columns: Query::decode(names.0, next())?, rows: Query::decode(names.1, next())? })
}
