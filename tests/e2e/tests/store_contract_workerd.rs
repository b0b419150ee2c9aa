//! The store's contract on D1: the cases that `store-contract` runs on SQLite, inside workerd.

use e2e::workerd::Workerd;
use serde_json::Value;

#[test]
fn d1_keeps_the_contract() {
    let workerd = Workerd::start_store_contract().unwrap();
    let answer = workerd.fetch("store-contract-worker", "GET", "/run", &[], None).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    let outcomes: Vec<Value> = serde_json::from_str(&answer.body).unwrap();
    let failed: Vec<&Value> = outcomes.iter().filter(|outcome| !outcome["failure"].is_null()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(!outcomes.is_empty(), "no case was run");
    println!("{} cases on D1", outcomes.len());
}
