use std::future::Future;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Statement, StoreError};

/// The rows that one statement gave: objects of column name to value.
pub type Rows = Vec<Value>;

/// A database, as thin as D1 is: single statements and atomic batches, no transactions that stay open.
pub trait Db: Send + Sync + 'static {
    /// Runs one statement and gives its rows.
    fn fetch(&self, statement: Statement) -> impl Future<Output = Result<Rows, StoreError>> + Send;

    /// Runs statements in order, as one transaction and in one round trip; gives the rows of each. If any of them
    /// fails, none has an effect.
    fn batch(&self, statements: Vec<Statement>)
    -> impl Future<Output = Result<Vec<Rows>, StoreError>> + Send;
}

/// Turns rows into a type of one field for each column.
pub fn decode<T: DeserializeOwned>(statement: &'static str, rows: Rows) -> Result<Vec<T>, StoreError> {
    rows.into_iter()
        .map(|row| {
            serde_json::from_value(row)
                .map_err(|error| StoreError::Inconsistency { statement, reason: error.to_string() })
        })
        .collect()
}
