//! The store's contract on D1: the cases that `store-contract` runs on SQLite, inside workerd; and the migrations' ways
//! back on D1.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

use e2e::workerd::Workerd;
use serde_json::Value;

fn assert_contract_holds(workerd: &Workerd) {
    let answer = workerd.fetch("store-contract-worker", "GET", "/run", &[], None).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    let outcomes: Vec<Value> = serde_json::from_str(&answer.body).unwrap();
    let failed: Vec<&Value> = outcomes.iter().filter(|outcome| !outcome["failure"].is_null()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(!outcomes.is_empty(), "no case was run");
    println!("{} cases on D1", outcomes.len());
}

fn migrations() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations")
}

/// The ways back, newest first: name and statements.
fn rollbacks() -> Vec<(String, Vec<String>)> {
    let folder = migrations().join("rollback");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let statements = |name: &String| {
        let sql = fs::read_to_string(folder.join(name)).unwrap();
        let (mut statements, mut statement) = (Vec::new(), String::new());
        for line in sql.lines().filter(|line| !line.starts_with("--")) {
            statement = statement + line + "\n";
            // The body of a trigger has semicolons of its own.
            let end = if statement.trim_start().starts_with("CREATE TRIGGER") { "END;" } else { ";" };
            if line.ends_with(end) {
                statements.push(std::mem::take(&mut statement));
            }
        }
        assert!(statement.trim().is_empty(), "{name}: {statement}");
        statements
    };
    names.iter().rev().map(|name| (name.clone(), statements(name))).collect()
}

#[test]
fn d1_keeps_the_contract() {
    assert_contract_holds(&Workerd::start_store_contract().unwrap());
}

#[test]
fn d1_goes_back_to_nothing_and_forth_again() {
    let workerd = Workerd::start_store_contract().unwrap();
    // Rows to lose in every table but one.
    assert_contract_holds(&workerd);
    let rollbacks = rollbacks();
    for (name, statements) in &rollbacks {
        let mut batch: Vec<(&str, &[Value])> =
            statements.iter().map(|statement| (statement.as_str(), [].as_slice())).collect();
        let forget = [Value::from(name.as_str())];
        batch.push(("DELETE FROM d1_migrations WHERE name = ?1", &forget));
        workerd.sql(&batch).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let schema = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND name <> 'd1_migrations'";
    let left = workerd.sql(&[(schema, &[])]).unwrap();
    assert!(left[0].is_empty(), "{left:?}");

    let names: Vec<&str> = rollbacks.iter().rev().map(|(name, _)| name.as_str()).collect();
    workerd.migrate(&names).unwrap();
    assert_contract_holds(&workerd);
}
