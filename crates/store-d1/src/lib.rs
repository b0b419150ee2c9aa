//! The database seam on Cloudflare D1.
//!
//! In scope: binding values, running statements, turning results and errors into the store's own. Not in scope: SQL
//! and rules.

use std::fmt::Display;
use std::future::Future;

use serde::Deserialize;
use store::{Db, Param, Rows, Statement, StoreError};
use wasm_bindgen::JsValue;
use worker::d1::{D1Database, D1PreparedStatement, D1Result};
use worker::js_sys::{Array, JSON};
use worker::send::SendFuture;

/// A D1 database, by its binding.
#[derive(Debug)]
pub struct D1(D1Database);

impl D1 {
    /// Wraps the binding.
    pub fn new(database: D1Database) -> Self {
        Self(database)
    }

    fn prepare(&self, statement: &Statement) -> Result<D1PreparedStatement, StoreError> {
        let values = statement.params.iter().map(bind).collect::<Result<Vec<_>, _>>()?;
        self.0.prepare(statement.sql).bind(&values).map_err(|error| failure(&error))
    }
}

impl Db for D1 {
    fn fetch(&self, statement: Statement) -> impl Future<Output = Result<Rows, StoreError>> + Send {
        SendFuture::new(async move {
            // `batch` rather than `all`: it alone reports a violated constraint with its cause.
            let prepared = self.prepare(&statement)?;
            let results = self.0.batch(vec![prepared]).await.map_err(|error| failure(&error))?;
            results.into_iter().next().map_or(Ok(Rows::new()), |result| rows(&result))
        })
    }

    fn batch(
        &self,
        statements: Vec<Statement>,
    ) -> impl Future<Output = Result<Vec<Rows>, StoreError>> + Send {
        SendFuture::new(async move {
            // D1 takes a batch of nothing for a mistake.
            if statements.is_empty() {
                return Ok(Vec::new());
            }
            let prepared =
                statements.iter().map(|statement| self.prepare(statement)).collect::<Result<_, _>>()?;
            let results = self.0.batch(prepared).await.map_err(|error| failure(&error))?;
            results.iter().map(rows).collect()
        })
    }
}

fn bind(param: &Param) -> Result<JsValue, StoreError> {
    Ok(match param {
        Param::Null => JsValue::NULL,
        Param::Integer(value) => JsValue::from_f64(store::exact(*value)?),
        Param::Text(text) => JsValue::from_str(text),
    })
}

/// A row, still on the other side.
#[derive(Deserialize)]
struct Row(#[serde(with = "worker::d1::serde_wasm_bindgen::preserve")] JsValue);

/// All of them in one text: each call between wasm and JavaScript costs more than what it carries.
fn rows(result: &D1Result) -> Result<Rows, StoreError> {
    let driver = |error: &dyn Display| StoreError::Driver(error.to_string());
    let rows: Vec<Row> = result.results().map_err(|error| driver(&error))?;
    if rows.is_empty() {
        return Ok(Rows::new());
    }
    let rows: Array = rows.into_iter().map(|Row(row)| row).collect();
    let text = JSON::stringify(&rows).map_err(|error| StoreError::Driver(format!("{error:?}")))?;
    serde_json::from_str(&String::from(text)).map_err(|error| driver(&error))
}

fn failure(error: &worker::Error) -> StoreError {
    match error {
        worker::Error::D1(error) => StoreError::from_message(&error.cause()),
        other => StoreError::from_message(&other.to_string()),
    }
}
