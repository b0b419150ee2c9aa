//! The database seam on SQLite, for native tests: D1's behaviour and D1's limits, rather than SQLite's own.
//!
//! In scope: numbers bound and read as JavaScript's, the limits that D1 sets SQLite, atomic batches, foreign keys on,
//! errors in SQLite's words. Beyond what a driver needs, every call is recorded, so that tests can count round trips and
//! read the SQL, and any call can be made to fail. Not in scope: SQL and rules.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::{ToSqlOutput, Value as SqlValue, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};
use serde_json::Value;
use store::{Db, Param, Rows, Statement, StoreError};

/// What D1 lets SQLite do: a row of 2 MB, 100 KB of SQL, 100 values, and so on.
const LIMITS: [(Limit, i32); 10] = [
    (Limit::SQLITE_LIMIT_LENGTH, 2_000_000),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (Limit::SQLITE_LIMIT_COLUMN, 100),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5),
    (Limit::SQLITE_LIMIT_VDBE_OP, 25_000),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
    (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 10),
];

/// A database in memory or in a file.
#[derive(Clone, Debug)]
pub struct Sqlite {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    connection: Connection,
    calls: Vec<Vec<Statement>>,
    fail_at: Option<usize>,
}

impl Sqlite {
    /// An empty database in memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        Connection::open_in_memory().map_err(driver_error).and_then(Self::new)
    }

    /// A database in a file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Connection::open(path).map_err(driver_error).and_then(Self::new)
    }

    fn new(connection: Connection) -> Result<Self, StoreError> {
        connection.pragma_update(None, "foreign_keys", true).map_err(driver_error)?;
        for (limit, value) in LIMITS {
            connection.set_limit(limit, value).map_err(driver_error)?;
        }
        // Stricter than D1, which takes a misspelt column in double quotes for a text.
        for config in [DbConfig::SQLITE_DBCONFIG_DQS_DML, DbConfig::SQLITE_DBCONFIG_DQS_DDL] {
            connection.set_db_config(config, false).map_err(driver_error)?;
        }
        let inner = Inner { connection, calls: Vec::new(), fail_at: None };
        Ok(Self { inner: Arc::new(Mutex::new(inner)) })
    }

    /// A database of its own in memory, with the same content.
    pub fn copy(&self) -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory().map_err(driver_error)?;
        let backup = Backup::new(&self.lock().connection, &mut connection).and_then(|backup| backup.step(-1));
        backup.map_err(driver_error)?;
        Self::new(connection)
    }

    /// Runs a script of several statements, such as a migration; all of it or nothing.
    pub fn script(&self, sql: &str) -> Result<(), StoreError> {
        let mut inner = self.lock();
        let transaction = inner.connection.transaction().map_err(driver_error)?;
        // As wrangler does: a table may be dropped before the one that refers to it, within one file.
        transaction.pragma_update(None, "defer_foreign_keys", true).map_err(driver_error)?;
        transaction.execute_batch(sql).map_err(driver_error)?;
        transaction.commit().map_err(driver_error)
    }

    /// Takes what has been recorded: the statements of each call so far.
    pub fn take_calls(&self) -> Vec<Vec<Statement>> {
        std::mem::take(&mut self.lock().calls)
    }

    /// Makes the call after the next `calls` ones fail, once.
    pub fn fail_after(&self, calls: usize) {
        let mut inner = self.lock();
        inner.fail_at = Some(inner.calls.len() + calls);
    }

    /// Takes a failure back that has not come yet.
    pub fn clear_failure(&self) {
        self.lock().fail_at = None;
    }

    /// SQLite's own view of a statement, whatever values it has: its query plan, one line for each step.
    pub fn query_plan(&self, sql: &str) -> Result<Vec<String>, StoreError> {
        let inner = self.lock();
        let mut prepared =
            inner.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).map_err(driver_error)?;
        let lines = prepared.raw_query().mapped(|row| row.get("detail"));
        lines.collect::<Result<_, _>>().map_err(driver_error)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn record(&mut self, statements: &[Statement]) -> Result<(), StoreError> {
        let call = self.calls.len();
        self.calls.push(statements.to_vec());
        if self.fail_at == Some(call) {
            self.fail_at = None;
            return Err(StoreError::Driver("made to fail".to_owned()));
        }
        Ok(())
    }
}

impl Db for Sqlite {
    async fn fetch(&self, statement: Statement) -> Result<Rows, StoreError> {
        yield_once().await;
        let mut inner = self.lock();
        inner.record(std::slice::from_ref(&statement))?;
        execute(&inner.connection, &statement)
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, StoreError> {
        yield_once().await;
        let mut inner = self.lock();
        inner.record(&statements)?;
        let transaction = inner.connection.transaction().map_err(driver_error)?;
        let rows =
            statements.iter().map(|statement| execute(&transaction, statement)).collect::<Result<_, _>>()?;
        transaction.commit().map_err(driver_error)?;
        Ok(rows)
    }
}

fn execute(connection: &Connection, statement: &Statement) -> Result<Rows, StoreError> {
    let mut prepared = connection.prepare_cached(statement.sql).map_err(driver_error)?;
    let columns: Vec<String> =
        prepared.column_names().map(|column| Value::from(column).to_string()).collect();
    let mut rows =
        prepared.query(params_from_iter(statement.params.iter().map(Bound))).map_err(driver_error)?;
    let mut list = Vec::new();
    while let Some(row) = rows.next().map_err(driver_error)? {
        let mut fields = Vec::with_capacity(columns.len());
        for (index, column) in columns.iter().enumerate() {
            fields.push(format!("{column}:{}", json(row.get_ref(index).map_err(driver_error)?)?));
        }
        list.push(format!("{{{}}}", fields.join(",")));
    }
    Ok(Rows::of_json(format!("[{}]", list.join(","))))
}

/// A value as D1 binds it.
struct Bound<'a>(&'a Param);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Param::Null => ToSqlOutput::Owned(SqlValue::Null),
            // D1 binds JavaScript's numbers, which are floating point.
            Param::Integer(value) => {
                let number = store::exact(*value)
                    .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
                ToSqlOutput::Owned(SqlValue::Real(number))
            }
            Param::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

fn json(value: ValueRef<'_>) -> Result<Value, StoreError> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        // D1 gives JavaScript's numbers, which do not tell 3 from 3.0.
        ValueRef::Real(number) if number.fract() == 0.0 && number.abs() < 2.0_f64.powi(53) => {
            #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
            let whole = number as i64;
            whole.into()
        }
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(_) => return Err(StoreError::Driver("blobs are not used".to_owned())),
    })
}

#[expect(clippy::needless_pass_by_value, reason = "stands where a function of an owned error is wanted")]
fn driver_error(error: rusqlite::Error) -> StoreError {
    StoreError::from_message(&error.to_string())
}

/// Gives way once, as a round trip to D1 would: two requests on one thread then interleave.
fn yield_once() -> impl Future<Output = ()> + Send {
    let mut yielded = false;
    std::future::poll_fn(move |context| {
        if std::mem::replace(&mut yielded, true) {
            Poll::Ready(())
        } else {
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
}

/// The migrations in order: name and SQL.
pub fn migrations(folder: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok((name, std::fs::read_to_string(path)?))
        })
        .collect()
}
