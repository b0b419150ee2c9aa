//! Databases at some state of the schema, and their content.

use std::path::{Path, PathBuf};

use edgeward_store_sqlite::Sqlite;
use serde_json::Value;
use store::{Db, Statement, StoreError, decode};

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

/// The migrations in order: name and SQL.
pub(crate) fn migrations() -> Vec<(String, String)> {
    edgeward_store_sqlite::migrations(&root().join("migrations")).unwrap()
}

/// A database with every migration.
pub(crate) fn migrated() -> Sqlite {
    let db = Sqlite::in_memory().unwrap();
    for (name, sql) in migrations() {
        db.script(&sql).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    db
}

/// SQL that only a test says.
pub(crate) fn statement(sql: impl Into<String>) -> Statement {
    Statement { name: "test", sql: sql.into().leak(), params: Vec::new() }
}

/// The rows of a query.
pub(crate) async fn rows(db: &Sqlite, sql: impl Into<String>) -> Vec<Value> {
    let statement = statement(sql);
    let rows = db.fetch(statement.clone()).await.and_then(|rows| decode(statement.name, rows));
    rows.unwrap_or_else(|error| panic!("{}: {error}", statement.sql))
}

/// The first column of a query, as texts.
pub(crate) async fn texts(db: &Sqlite, sql: impl Into<String>) -> Vec<String> {
    let first = |row: &Value| row.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
    rows(db, sql).await.iter().map(first).collect()
}

/// The name of the guard that refuses a script, whichever statement of it does.
#[track_caller]
pub(crate) fn guard_of(db: &Sqlite, script: &str) -> String {
    match db.script(script) {
        Err(StoreError::Guard(name)) => name,
        other => panic!("{script}: no guard, but {other:?}"),
    }
}
