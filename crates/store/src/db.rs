use std::future::Future;

use serde::de::DeserializeOwned;

use crate::{Statement, StoreError};

/// The rows that one statement gave, on their way from a driver to [`decode`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows(String);

impl Rows {
    /// The text of a JSON list of objects, of column name to value; or an empty one where there are no rows.
    pub fn of_json(text: String) -> Self {
        Self(text)
    }
}

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
    let Rows(text) = rows;
    if text.is_empty() {
        return Ok(Vec::new());
    }
    // Straight into the type: rows that become values first are read twice.
    serde_json::from_str(&text)
        .map_err(|error| StoreError::Inconsistency { statement, reason: error.to_string() })
}
