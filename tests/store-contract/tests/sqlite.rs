//! The contract on SQLite; on D1, the end-to-end tests run it inside workerd.
#![cfg(test)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use store_sqlite::Sqlite;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn database() -> Sqlite {
    let db = Sqlite::in_memory().unwrap();
    for (name, sql) in store_sqlite::migrations(&root().join("migrations")).unwrap() {
        db.script(&sql).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    db
}

/// The names of the files of SQL, as statements have them.
fn queries() -> BTreeSet<String> {
    let folder = root().join("crates/store/queries");
    let tables = std::fs::read_dir(folder).unwrap().map(|table| table.unwrap().path());
    tables
        .flat_map(|table| std::fs::read_dir(table).unwrap())
        .map(|file| {
            let path = file.unwrap().path().with_extension("");
            let names: Vec<_> = path.iter().rev().take(2).map(|name| name.to_str().unwrap()).collect();
            format!("{}/{}", names[1], names[0])
        })
        .collect()
}

/// The cases that failed, and why.
async fn failures(db: &Sqlite) -> Vec<String> {
    let outcomes = store_contract::run(db).await;
    assert!(outcomes.len() > 100, "{} cases", outcomes.len());
    outcomes.into_iter().filter_map(|(case, outcome)| Some(format!("{case}: {}", outcome.err()?))).collect()
}

#[tokio::test]
async fn contract_holds_on_sqlite_and_runs_every_query() {
    let db = database();
    assert_eq!(failures(&db).await, [""; 0]);
    let ran: BTreeSet<String> =
        db.take_calls().into_iter().flatten().map(|statement| statement.name.to_owned()).collect();
    let never: Vec<_> = queries().into_iter().filter(|name| !ran.contains(name)).collect();
    assert!(never.is_empty(), "no case runs {never:?}");
}

/// A database that others have used already is as good as a new one.
#[tokio::test]
async fn contract_holds_a_second_time_on_the_same_database() {
    let db = database();
    for _ in 0..2 {
        assert_eq!(failures(&db).await, [""; 0]);
    }
}
