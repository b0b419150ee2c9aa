//! What the driver has beyond the contract: what it records, what it can be made to do, where it is stricter than D1.

use std::fs;

use edgeward_store_sqlite::Sqlite;
use serde_json::json;
use store::{Db, StoreError};

use crate::support::{migrated, rows, statement};

#[tokio::test]
async fn calls_are_recorded_each_with_its_statements() {
    let db = migrated();
    db.fetch(statement("SELECT 1 AS n")).await.unwrap();
    db.batch(vec![statement("SELECT 2 AS n"), statement("SELECT 3 AS n")]).await.unwrap();
    db.fetch(statement("SELEKT")).await.unwrap_err();
    let calls = db.take_calls();
    let sql: Vec<Vec<&str>> =
        calls.iter().map(|call| call.iter().map(|statement| statement.sql).collect()).collect();
    assert_eq!(sql, [vec!["SELECT 1 AS n"], vec!["SELECT 2 AS n", "SELECT 3 AS n"], vec!["SELEKT"]]);
    assert!(db.take_calls().is_empty());
}

#[tokio::test]
async fn call_that_is_made_to_fail_does_so_once_and_changes_nothing() {
    let db = migrated();
    let rename = || statement("UPDATE tenants SET name = name || '!'");
    db.fail_after(1);
    db.batch(vec![rename()]).await.unwrap();
    assert_eq!(db.batch(vec![rename()]).await, Err(StoreError::Driver("made to fail".to_owned())));
    db.fetch(rename()).await.unwrap();
    assert_eq!(rows(&db, "SELECT name FROM tenants").await, [json!({ "name": "default!!" })]);
}

/// As requests to D1 do: a test of a race would otherwise test nothing.
#[tokio::test]
async fn requests_on_one_thread_interleave() {
    let db = migrated();
    let request = async |first: &'static str, second: &'static str| {
        db.fetch(statement(first)).await.unwrap();
        db.fetch(statement(second)).await.unwrap();
    };
    tokio::join!(request("SELECT 'a1'", "SELECT 'a2'"), request("SELECT 'b1'", "SELECT 'b2'"));
    let mut order: Vec<_> = db.take_calls().into_iter().map(|call| call[0].sql).collect();
    // Which of the two is first in each round is the scheduler's affair.
    order[..2].sort_unstable();
    order[2..].sort_unstable();
    assert_eq!(order, ["SELECT 'a1'", "SELECT 'b1'", "SELECT 'a2'", "SELECT 'b2'"]);
}

#[tokio::test]
async fn text_in_double_quotes_is_a_column() {
    let error = migrated().fetch(statement("SELECT \"no such\" AS n")).await.unwrap_err();
    assert!(error.to_string().contains("no such column"), "{error}");
}

#[tokio::test]
async fn database_in_a_file_is_kept() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    let path = std::path::Path::new(folder).join("kept.sqlite");
    fs::remove_file(&path).ok();
    Sqlite::open(&path).unwrap().script("CREATE TABLE kept (id TEXT) STRICT").unwrap();
    let kept = Sqlite::open(&path).unwrap();
    assert_eq!(rows(&kept, "SELECT name FROM sqlite_schema").await, [json!({ "name": "kept" })]);
}

#[tokio::test]
async fn plan_names_the_index_that_is_used() {
    let plan = migrated().query_plan("SELECT * FROM users WHERE email = ?1").unwrap();
    assert_eq!(plan, ["SEARCH users USING INDEX sqlite_autoindex_users_2 (email=?)"]);
}
