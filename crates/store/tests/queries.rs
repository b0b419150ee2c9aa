//! The files of SQL: each is prepared against the newest schema, used by one function, and finds its rows by an index.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use store_sqlite::Sqlite;

/// What a statement has put together itself, of a bounded number of rows.
const OF_A_STATEMENT: [&str; 9] =
    ["addressed", "chosen", "considered", "final", "found", "giving", "look", "page", "reach"];

/// Tables of so few rows that reading them whole is as good as an index.
const OF_ONE_ROW: [&str; 1] = ["rbac_meta"];

/// Reports for administrators, which look at the whole of what administrators have entered.
const REPORTS: [&str; 4] =
    ["authz_routes/list", "permissions/not_granted", "role_permissions/suspect", "roles/not_held"];

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// The SQL of each file below `queries/`, by the name that statements have: `users/by_id`.
fn queries() -> BTreeMap<String, String> {
    let folder = package().join("queries");
    files(&folder)
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&folder).unwrap().to_str().unwrap();
            let name = name.strip_suffix(".sql").unwrap_or_else(|| panic!("{name} is no SQL")).to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// A query without its comments.
fn code(sql: &str) -> String {
    sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n")
}

/// The numbers of the parameters that a query names: `?1` and `?2`.
fn parameters(sql: &str) -> BTreeSet<usize> {
    code(sql)
        .split('?')
        .skip(1)
        .map(|after| {
            let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().unwrap_or_else(|_| panic!("a parameter without a number: {sql}"))
        })
        .collect()
}

fn migrations() -> Vec<(String, String)> {
    store_sqlite::migrations(&package().join("../../migrations")).unwrap()
}

/// The condition of each trigger as a query of its own, by `triggers/NAME`: SQLite leaves it out of the plan of the
/// statement that fires the trigger.
fn trigger_conditions() -> BTreeMap<String, String> {
    let mut conditions = BTreeMap::new();
    for (_, sql) in migrations() {
        for trigger in sql.split("CREATE TRIGGER ").skip(1) {
            let (name, rest) = trigger.split_once(' ').unwrap();
            let head = rest.split("BEGIN").next().unwrap();
            let Some((_, condition)) = head.split_once("WHEN ") else { continue };
            // The columns of the row are values, as parameters are.
            let condition = condition.replace("OLD.", ":old_").replace("NEW.", ":new_");
            conditions.insert(format!("triggers/{name}"), format!("SELECT {condition}"));
        }
    }
    conditions
}

/// The steps in which SQLite runs each query.
fn plans() -> BTreeMap<String, Vec<String>> {
    let db = Sqlite::in_memory().unwrap();
    for (_, sql) in migrations() {
        db.script(&sql).unwrap();
    }
    let plan = |(name, sql): (String, String)| {
        let plan = db.query_plan(&sql).unwrap_or_else(|error| panic!("{name} can't be prepared: {error}"));
        (name, plan)
    };
    queries().into_iter().chain(trigger_conditions()).map(plan).collect()
}

/// D1 has no transactions that stay open, and SQLite would pass over a second statement in silence.
#[test]
fn every_query_is_one_statement_that_reads_or_changes_rows() {
    for (name, sql) in queries() {
        let code = code(&sql);
        let verb = code.split_whitespace().next().unwrap_or_default();
        assert!(["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&verb), "{name}: {verb}");
        assert!(!code.contains(';'), "{name} has a semicolon");
    }
}

#[test]
fn parameters_of_every_query_are_numbered_from_1_without_gaps() {
    for (name, sql) in queries() {
        let numbers = parameters(&sql);
        assert!(numbers.iter().copied().eq(1..=numbers.len()), "{name}: {numbers:?}");
    }
}

#[test]
fn every_query_is_used_by_exactly_one_statement() {
    let mut used: BTreeMap<String, usize> = queries().into_keys().map(|name| (name, 0)).collect();
    for path in files(&package().join("src")) {
        let source = fs::read_to_string(&path).unwrap();
        for call in source.split("statement!(").skip(1) {
            let Some(literal) = call.trim_start().strip_prefix('"') else { continue };
            let name = literal.split('"').next().unwrap();
            let count = used.get_mut(name).unwrap_or_else(|| panic!("{name} is no file"));
            *count += 1;
        }
    }
    used.retain(|_, count| *count != 1);
    assert!(used.is_empty(), "used so often, rather than once: {used:?}");
}

#[test]
fn every_query_can_be_prepared_and_reads_no_growing_table_whole() {
    for (name, plan) in plans() {
        for step in plan {
            // Where SQLite would make an index for a single use, one is missing.
            assert!(!step.contains("AUTOMATIC"), "{name}: {step}");
            let Some(scanned) = step.strip_prefix("SCAN ") else { continue };
            // A list that the caller gives is read whole, and so is what a subquery has found.
            let bounded = scanned == "CONSTANT ROW"
                || scanned.starts_with("(subquery-")
                || scanned.contains(" VIRTUAL TABLE INDEX");
            let table = scanned.split(' ').next().unwrap();
            let few = OF_ONE_ROW.contains(&table) || OF_A_STATEMENT.contains(&table);
            let report = REPORTS.contains(&name.as_str());
            assert!(bounded || few || report, "{name}: {step}");
        }
    }
}

#[test]
fn plans_are_as_reviewed() {
    let mut text = String::new();
    for (name, plan) in plans() {
        // A plain INSERT has no plan.
        if !plan.is_empty() {
            writeln!(text, "{name}\n  {}", plan.join("\n  ")).unwrap();
        }
    }
    insta::assert_snapshot!(text);
}
