//! Every migration goes up, down and up again with data in place.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use edgeward_store_sqlite::Sqlite;
use serde_json::Value;

use crate::support::{migrations, root, rows, texts};

/// A migration, its way back, and rows for each of its tables.
struct Step {
    name: String,
    up: String,
    down: String,
    seed: String,
}

fn steps() -> Vec<Step> {
    let read = |folder: &str, name: &str| {
        let path = root().join(folder).join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    migrations()
        .into_iter()
        .map(|(name, up)| Step {
            down: read("migrations/rollback", &name),
            seed: read("crates/store-sqlite/tests/sqlite/seeds", &name),
            name,
            up,
        })
        .collect()
}

/// Everything that can be seen of a database.
#[derive(Clone, Debug, PartialEq)]
struct State {
    /// Each object's kind, name, table and SQL.
    schema: Vec<Value>,
    /// The columns and rows of each table.
    tables: BTreeMap<String, (Vec<String>, Vec<Value>)>,
}

async fn state(db: &Sqlite) -> State {
    let mut schema = rows(
        db,
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name",
    )
    .await;
    for object in &mut schema {
        // SQLite keeps the text as it was written; how it was laid out says nothing.
        let sql = object["sql"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        object["sql"] = sql.into();
    }
    let mut tables = BTreeMap::new();
    // Not the tables in which a virtual one keeps its data: what it finds is compared by tests of its own.
    let names = "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND name <> 'sqlite_schema'";
    for table in texts(db, names).await {
        let columns = texts(db, format!("SELECT name FROM pragma_table_info('{table}')")).await;
        let rows = content(db, &table, &columns).await;
        tables.insert(table, (columns, rows));
    }
    State { schema, tables }
}

async fn content(db: &Sqlite, table: &str, columns: &[String]) -> Vec<Value> {
    let columns = columns.join(", ");
    rows(db, format!("SELECT {columns} FROM {table} ORDER BY {columns}")).await
}

/// Whether a later schema still holds every row of an earlier one, in every column that there was.
async fn assert_holds(db: &Sqlite, earlier: &State, when: &str) {
    for (table, (columns, rows)) in &earlier.tables {
        assert_eq!(&content(db, table, columns).await, rows, "{table} {when}");
    }
}

fn run(db: &Sqlite, name: &str, what: &str, sql: &str) {
    db.script(sql).unwrap_or_else(|error| panic!("{name}, {what}: {error}"));
}

#[test]
fn every_migration_has_a_way_back_and_seeds() {
    let names = |folder: &str| -> BTreeSet<String> {
        edgeward_store_sqlite::migrations(&root().join(folder))
            .unwrap()
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    };
    let migrations = names("migrations");
    assert_eq!(names("migrations/rollback"), migrations);
    assert_eq!(names("crates/store-sqlite/tests/sqlite/seeds"), migrations);
}

#[test]
fn migrations_are_numbered_from_1_without_gaps() {
    for (index, (name, _)) in migrations().iter().enumerate() {
        let number = format!("{:04}_", index + 1);
        assert!(name.starts_with(&number), "{name} should start with {number}");
    }
}

#[tokio::test]
async fn migrations_go_down_to_each_state_and_up_again_with_data_in_place() {
    let steps = steps();
    for bottom in 0..steps.len() {
        let db = Sqlite::in_memory().unwrap();
        // The state below each step, its tables filled; the last one is the newest schema.
        let mut states = vec![state(&db).await];
        for Step { name, up, seed, .. } in &steps {
            run(&db, name, "up", up);
            run(&db, name, "seed", seed);
            let now = state(&db).await;
            for (table, (_, rows)) in &now.tables {
                assert!(!rows.is_empty(), "the seed of {name} leaves {table} empty");
            }
            states.push(now);
        }

        for (below, step) in states[bottom..].iter().zip(&steps[bottom..]).rev() {
            let when = format!("after the way back of {}", step.name);
            run(&db, &step.name, "down", &step.down);
            let now = state(&db).await;
            assert_eq!(now.schema, below.schema, "{when}");
            assert_holds(&db, below, &when).await;
        }

        for (above, step) in states[bottom + 1..].iter().zip(&steps[bottom..]) {
            let when = format!("after {} for the second time", step.name);
            run(&db, &step.name, "up again", &step.up);
            assert_holds(&db, &states[bottom], &when).await;
            run(&db, &step.name, "seed again", &step.seed);
            assert_eq!(state(&db).await, *above, "{when}");
        }
    }
}

#[tokio::test]
async fn migration_that_fails_leaves_nothing_behind() {
    let db = Sqlite::in_memory().unwrap();
    let broken = format!("{}\nCREATE TABLE tenants (id TEXT) STRICT;", migrations()[0].1);
    assert!(db.script(&broken).is_err());
    assert_eq!(state(&db).await, state(&Sqlite::in_memory().unwrap()).await);
}
