//! The product's own statements on a database of 1,000,000 users, and on smaller ones, to see what grows. Prints a section
//! of docs/PERFORMANCE.md, and draws docs/pictures/scale.svg.
//!
//! The databases stay where they are made, so that the next run need not fill them: `EDGEWARD_SCALE_DIR` names the folder,
//! the system's temporary one if it is not set. The largest takes about 5 GB. `EDGEWARD_SCALE_USERS` stops at a smaller one.

mod cases;
mod chart;
mod seed;

use std::path::{Path, PathBuf};
use std::{env, fs};

use cases::{Bench, Figures, Measured, Pages, Single};
use chart::Line;
use edgeward_store_sqlite::Sqlite;
use rusqlite::Connection;
use seed::Scale;

const USERS: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// In milliseconds.
const BUDGET: f64 = 5.0;

fn main() {
    let folder = env::var_os("EDGEWARD_SCALE_DIR")
        .map_or_else(|| env::temp_dir().join("edgeward-scale"), PathBuf::from);
    let most = env::var("EDGEWARD_SCALE_USERS").map_or(u64::MAX, |most| most.parse().unwrap());
    let users: Vec<u64> = USERS.into_iter().filter(|users| *users <= most).collect();
    let mut all: Vec<Measured> = Vec::new();
    let mut sizes = String::new();
    for &users in &users {
        let scale = Scale { users };
        let path = seed::database(&folder, scale);
        sizes = size(&path, scale);
        eprintln!("{users} users: measuring");
        all.push(Bench::new(Sqlite::open(&path).unwrap(), scale).measure());
        eprintln!("{users} users: measured");
    }
    print(&users, &all, &sizes);
    let picture = seed::root().join("docs/pictures/scale.svg");
    fs::write(picture, chart::draw(&users, BUDGET, &lines(&all))).unwrap();
}

fn print(users: &[u64], all: &[Measured], sizes: &str) {
    let largest = Scale { users: users[users.len() - 1] };
    let Some(at_most) = all.last() else { return };
    println!("## Scale\n");
    println!(
        "{} users, {} audit events, {} roles and as many permissions, in a file of SQLite (a 4 KiB page, its own cache of 2 MB), \
         by the functions that user-mgmt calls: its SQL, and the decoding of the rows. A user has a session, two roles and \
         five events. Medians and 99th percentiles of up to 300 runs, each for another user, role or place; pages hold 50 rows. \
         Writes don't wait for the disk. The budget is {BUDGET} ms, at any depth; **what is over it is bold**. \
         [SCALE.md](SCALE.md) reads the figures.\n",
        thousands(largest.users),
        thousands(largest.events()),
        thousands(largest.roles()),
    );
    println!("### Pages\n");
    pages("list", &at_most.lists);
    println!();
    pages("audit log", &at_most.events);
    println!("\n### Search\n");
    singles("what is searched", &at_most.searches);
    println!("\n### Checks and changes\n");
    singles("check", &at_most.checks);
    println!();
    singles("change, in its batch with guards, outbox and audit event", &at_most.changes);
    println!("\n### Growth\n");
    println!("![Medians from 1,000 to 1,000,000 users](pictures/scale.svg)\n");
    let head: Vec<String> = users.iter().map(|users| format!("{} users", thousands(*users))).collect();
    println!("| median | {} |\n|---|{}", head.join(" | "), "---:|".repeat(users.len()));
    for line in lines(all) {
        let medians: Vec<String> = line.medians.iter().map(|median| time(*median)).collect();
        println!("| {} | {} |", line.what, medians.join(" | "));
    }
    println!("\n### Bytes\n\n{sizes}");
}

/// What is drawn: one of each kind, in the middle where there is a depth.
fn lines(all: &[Measured]) -> Vec<Line> {
    type Pick = fn(&Measured) -> Figures;
    let picks: [(&str, Pick); 7] = [
        ("users, a page from the middle", |m| m.lists[0].places[1]),
        ("audit log, a page from the middle", |m| m.events[0].places[1]),
        ("search, three letters", |m| m.searches[2].figures),
        ("search, one whole address", |m| m.searches[7].figures),
        ("strict check", |m| m.checks[0].figures),
        ("assign a role", |m| m.changes[0].figures),
        ("end all sessions of a user", |m| m.changes[3].figures),
    ];
    let line = |(what, pick): (&str, Pick)| Line {
        what: what.to_owned(),
        medians: all.iter().map(|measured| pick(measured).median).collect(),
    };
    picks.map(line).into()
}

fn pages(what: &str, pages: &[Pages]) {
    println!("| {what} | first page | middle | last | worst p99 |\n|---|---:|---:|---:|---:|");
    for Pages { what, places } in pages {
        let worst = places.iter().map(|figures| figures.p99).fold(0.0, f64::max);
        let [first, middle, last] = places.map(|figures| time(figures.median));
        println!("| {what} | {first} | {middle} | {last} | {} |", time(worst));
    }
}

fn singles(what: &str, singles: &[Single]) {
    println!("| {what} | median | p99 |\n|---|---:|---:|");
    for Single { what, figures } in singles {
        println!("| {what} | {} | {} |", time(figures.median), time(figures.p99));
    }
}

fn time(ms: f64) -> String {
    let text = if ms < 1.0 { format!("{:.0} µs", ms * 1e3) } else { format!("{ms:.1} ms") };
    if ms > BUDGET { format!("**{text}**") } else { text }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

/// What the tables and their indexes take in the file, by what there is one of.
fn size(path: &Path, scale: Scale) -> String {
    let db = Connection::open(path).unwrap();
    let bytes = |tables: &str| -> f64 {
        let sql = format!(
            "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE aggregate = TRUE AND name IN (
               SELECT name FROM sqlite_master WHERE tbl_name IN ({tables}))"
        );
        db.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    let shadow = "'user_search_data', 'user_search_idx', 'user_search_docsize', 'user_search_config', 'user_search_content'";
    let (users, events) = (scale.users as f64, scale.events() as f64);
    let parts = [
        ("a user: the account and its indexes", bytes("'users', 'user_search_numbers'") / users),
        ("a user: the search index", bytes(shadow) / users),
        ("a user: two roles", bytes("'user_roles'") / users),
        ("a session", bytes("'sessions'") / users),
        ("an audit event", bytes("'audit_log'") / events),
    ];
    let file = fs::metadata(path).unwrap().len() as f64;
    let rows: Vec<String> = parts.iter().map(|(what, bytes)| format!("| {what} | {bytes:.0} |")).collect();
    format!(
        "| what, with its indexes | bytes |\n|---|---:|\n{}\n\nThe file: {:.2} GB for all of it.",
        rows.join("\n"),
        file / 1e9,
    )
}
