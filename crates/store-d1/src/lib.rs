//! The database seam on Cloudflare D1.
//!
//! In scope: binding values, running statements, turning results and errors into the store's own. Not in scope: SQL
//! and rules.

use std::future::Future;

use store::{Db, Param, Rows, Statement, StoreError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::d1::D1Database;
use worker::js_sys::{self, Array, Function, JSON, JsString, Promise, Reflect, Uint8Array};
use worker::send::SendFuture;

/// From how many letters on a text is long.
const LONG: u32 = 1_000;

/// A D1 database, by its binding.
#[derive(Debug)]
pub struct D1(D1Database);

impl D1 {
    /// Wraps the binding.
    pub fn new(database: D1Database) -> Self {
        Self(database)
    }

    fn prepare(&self, statement: &Statement) -> Result<JsValue, StoreError> {
        let values = statement.params.iter().map(bind).collect::<Result<Vec<_>, _>>()?;
        let prepared = self.0.prepare(statement.sql).bind(&values);
        prepared
            .map(|prepared| prepared.inner().into())
            .map_err(|error| StoreError::from_message(&error.to_string()))
    }

    /// Runs statements by `batch`, which alone reports a violated constraint with its cause; called as it is in JavaScript, since
    /// the crate's own way takes each row over by itself.
    async fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
        let prepared =
            statements.iter().map(|statement| self.prepare(statement)).collect::<Result<Array, _>>()?;
        let results = self.batch(&prepared).await.map_err(failure)?;
        let name = JsValue::from_str("results");
        results
            .iter()
            .map(|result| Reflect::get(&result, &name).and_then(|rows| text(&rows)).map_err(failure))
            .collect()
    }

    async fn batch(&self, prepared: &Array) -> Result<Array, JsValue> {
        let database: &JsValue = self.0.as_ref();
        let batch: Function = Reflect::get(database, &"batch".into())?.dyn_into()?;
        let results: Promise = batch.call1(database, prepared)?.dyn_into()?;
        JsFuture::from(results).await?.dyn_into()
    }
}

impl Db for D1 {
    fn fetch(&self, statement: Statement) -> impl Future<Output = Result<Rows, StoreError>> + Send {
        SendFuture::new(async move { Ok(self.run(&[statement]).await?.pop().unwrap_or_default()) })
    }

    fn batch(
        &self,
        statements: Vec<Statement>,
    ) -> impl Future<Output = Result<Vec<Rows>, StoreError>> + Send {
        SendFuture::new(async move {
            // D1 takes a batch of nothing for a mistake.
            if statements.is_empty() { Ok(Vec::new()) } else { self.run(&statements).await }
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

/// All rows in one text: each call between wasm and JavaScript costs more than what it carries.
fn text(rows: &JsValue) -> Result<Rows, JsValue> {
    match rows.dyn_ref::<Array>() {
        Some(rows) if rows.length() > 0 => Ok(Rows::of_json(taken_over(&JSON::stringify(rows)?)?)),
        _ => Ok(Rows::default()),
    }
}

/// A text out of JavaScript. A long one is encoded by the platform and copied; wasm-bindgen's own way takes it over letter by letter.
fn taken_over(text: &JsString) -> Result<String, JsValue> {
    if text.length() < LONG {
        return Ok(text.into());
    }
    let class: Function = Reflect::get(&js_sys::global(), &"TextEncoder".into())?.dyn_into()?;
    let encoder = Reflect::construct(&class, &Array::new())?;
    let encode: Function = Reflect::get(&encoder, &"encode".into())?.dyn_into()?;
    let bytes: Uint8Array = encode.call1(&encoder, text)?.dyn_into()?;
    String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string().into())
}

/// What D1 itself reports, it says in the cause.
fn failure(thrown: JsValue) -> StoreError {
    let message = |error: &js_sys::Error| String::from(error.message());
    let of_d1 = thrown.dyn_ref::<js_sys::Error>().filter(|error| message(error).starts_with("D1"));
    match of_d1.map(|error| error.cause().dyn_into::<js_sys::Error>()) {
        Some(Ok(cause)) => StoreError::from_message(&message(&cause)),
        _ => StoreError::from_message(&worker::Error::from(thrown).to_string()),
    }
}
