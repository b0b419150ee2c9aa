//! The commands on SQLite with D1's limits, stopped half way and run again.

use std::cell::Cell;
use std::collections::BTreeSet;

use accounts::{Clock, Email, Random, Timestamp};
use pollster::block_on;
use rbac::RoleName;
use serde_json::{Value, json};
use store::{Db, Statement, decode};
use store_sqlite::Sqlite;

use super::import::{self, Report};
use super::roles::{self, Promoted};
use super::run::Run;
use crate::failure::Result;

/// A clock that stands still and bytes that never come twice.
struct Still(Cell<u64>);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000)
    }
}

impl Random for Still {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.set(self.0.get() + 1);
        for (byte, number) in buffer.iter_mut().rev().zip(self.0.get().to_le_bytes()) {
            *byte = number;
        }
    }
}

fn still() -> Still {
    Still(Cell::new(0))
}

/// A run of its own.
fn run(still: &Still, dry_run: bool) -> Run<'_> {
    Run::new("ada", dry_run, still)
}

fn sql(db: &Sqlite, sql: &str) -> Vec<Value> {
    let statement = Statement { name: "test", sql: sql.to_owned().leak(), params: Vec::new() };
    let rows = block_on(db.fetch(statement)).and_then(|rows| decode("test", rows));
    rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn number(db: &Sqlite, what: &str) -> i64 {
    sql(db, &format!("SELECT ({what}) AS n"))[0]["n"].as_i64().unwrap()
}

fn migrated() -> Sqlite {
    let db = Sqlite::in_memory().unwrap();
    for (name, up) in store_sqlite::migrations(&crate::root().join("migrations")).unwrap() {
        db.script(&up).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    db
}

/// A deployment with so many accounts, `user1@example.com` and on.
fn deployment(accounts: u32) -> Sqlite {
    let db = migrated();
    sql(
        &db,
        &format!(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {accounts}) \
             INSERT INTO users (id, tenant_id, email, email_verified_at, created_at, updated_at) \
             SELECT format('00000000-0000-7000-9000-%012d', n), '00000000-0000-7000-8000-000000000001', \
               'user' || n || '@example.com', 0, 0, 0 FROM n"
        ),
    );
    db
}

fn emails(names: &[&str]) -> BTreeSet<Email> {
    names.iter().map(|name| Email::parse(&format!("{name}@example.com")).unwrap()).collect()
}

/// What has to be the same however often a command was stopped: everything but ids and times of events.
fn outcome(db: &Sqlite) -> Vec<Vec<Value>> {
    [
        "SELECT email, password_hash, email_verified_at, first_name, last_name, created_at, authz_version FROM users ORDER BY email",
        "SELECT email, role_id FROM user_roles JOIN users ON users.id = user_id ORDER BY email, role_id",
        "SELECT email, action, actor_id, audit_log.tenant_id, details FROM audit_log JOIN users ON users.id = target_id \
         ORDER BY email, action",
        "SELECT members FROM tenant_members",
    ]
    .map(|query| sql(db, query))
    .to_vec()
}

/// Runs a command that is stopped after so many calls, again and again, until it ends; gives how often it was started.
fn run_stopped_after(
    db: &Sqlite,
    calls: usize,
    command: impl Fn(&Run<'_>) -> Result<()>,
    still: &Still,
) -> usize {
    for started in 1..1_000 {
        // A little further each time, as the beginning of a run only looks.
        db.fail_after(calls + started);
        let outcome = command(&run(still, false));
        db.clear_failure();
        match outcome {
            Ok(()) => return started,
            Err(failure) => assert!(failure.to_string().contains("made to fail"), "{failure}"),
        }
    }
    panic!("it never ends");
}

#[test]
fn default_role_reaches_everybody_once_and_not_those_it_was_taken_from() {
    let (db, still) = (deployment(2_500), still());
    let member = "00000000-0000-7000-8000-000000000012";
    sql(
        &db,
        &format!(
            "INSERT INTO user_roles SELECT id, '{member}', 0, NULL FROM users WHERE email LIKE 'user1_@%'"
        ),
    );
    sql(
        &db,
        &format!(
            "INSERT INTO audit_log (id, at, action, target_type, target_id, request_id, details) \
             SELECT '1', 1, 'role.removed', 'user', id, 'r', json_object('roleId', '{member}') FROM users \
             WHERE email = 'user7@example.com'"
        ),
    );
    let nothing = |_, _| {};
    assert_eq!(block_on(roles::default_role(&db, &run(&still, true), nothing)).unwrap(), 2_489);
    assert_eq!(number(&db, "SELECT count(*) FROM user_roles"), 10, "a dry run changes nothing");

    let mut shown = Vec::new();
    let given =
        block_on(roles::default_role(&db, &run(&still, false), |done, total| shown.push((done, total))));
    assert_eq!(given.unwrap(), 2_489);
    assert_eq!(shown, [(1_000, 2_489), (2_000, 2_489), (2_489, 2_489)]);
    assert_eq!(number(&db, "SELECT count(*) FROM user_roles"), 2_499);
    assert_eq!(number(&db, "SELECT count(*) FROM audit_log WHERE action = 'role.assigned'"), 2_489);
    assert_eq!(number(&db, "SELECT count(*) FROM users WHERE authz_version = 2"), 2_489);
    assert_eq!(number(&db, "SELECT epoch FROM rbac_meta"), 4, "once for each batch");

    let before = outcome(&db);
    assert_eq!(block_on(roles::default_role(&db, &run(&still, false), nothing)).unwrap(), 0);
    assert_eq!(outcome(&db), before);
}

#[test]
fn default_role_that_is_stopped_goes_on_where_it_was() {
    let still = still();
    let whole = deployment(4_200);
    block_on(roles::default_role(&whole, &run(&still, false), |_, _| {})).unwrap();

    let db = deployment(4_200);
    let command = |run: &Run<'_>| block_on(roles::default_role(&db, run, |_, _| {})).map(drop);
    let started = run_stopped_after(&db, 1, command, &still);
    assert!(started > 2, "it was not stopped: {started}");
    assert_eq!(outcome(&db), outcome(&whole));
}

#[test]
fn a_database_without_the_schema_is_refused_with_what_to_do() {
    let (db, still) = (Sqlite::in_memory().unwrap(), still());
    let failure = block_on(roles::default_role(&db, &run(&still, true), |_, _| {})).unwrap_err().to_string();
    assert!(failure.contains("apply the migrations"), "{failure}");
}

#[test]
fn promotion_gives_a_role_to_all_who_are_named_or_to_nobody() {
    let (db, still) = (deployment(5), still());
    sql(&db, "INSERT INTO roles (id, name, created_at, updated_at) VALUES ('r', 'Support', 0, 0)");
    sql(&db, "UPDATE users SET email_verified_at = NULL WHERE email = 'user3@example.com'");
    sql(&db, "UPDATE roles SET id = '00000000-0000-7000-8000-0000000000f0' WHERE id = 'r'");
    let promote = |role: &str, names: &[&str], unconfirmed, dry_run| {
        let role = RoleName::parse(role).unwrap();
        block_on(roles::promote(&db, &run(&still, dry_run), &role, &emails(names), unconfirmed, |_, _| {}))
    };
    for (role, names, words) in [
        ("support", ["user1", "nobody"], "there is no account of nobody@example.com"),
        ("support", ["user1", "user3"], "nobody has shown that they own user3@example.com"),
        ("sales", ["user1", "user2"], "there is no role `sales`"),
    ] {
        let failure = promote(role, &names, false, false).unwrap_err().to_string();
        assert!(failure.contains(words), "{failure}");
    }
    let promoted = |given, had| Promoted { role: "Support".to_owned(), given, had };
    assert_eq!(promote("support", &["user1", "user3"], true, true).unwrap(), promoted(2, 0));
    assert_eq!(number(&db, "SELECT count(*) FROM audit_log"), 0, "so far nothing was changed");

    assert_eq!(promote("support", &["user1", "user2"], false, false).unwrap(), promoted(2, 0));
    assert_eq!(promote("support", &["user1", "user2", "user3"], true, false).unwrap(), promoted(1, 2));
    let holders = sql(&db, "SELECT email FROM user_roles JOIN users ON users.id = user_id ORDER BY email");
    assert_eq!(
        holders,
        ["user1", "user2", "user3"].map(|name| json!({ "email": format!("{name}@example.com") }))
    );
    let details = sql(&db, "SELECT details FROM audit_log LIMIT 1").remove(0);
    let details: Value = serde_json::from_str(details["details"].as_str().unwrap()).unwrap();
    assert_eq!((&details["operator"], &details["reason"]), (&json!("ada"), &json!("people promote")));
}

#[test]
fn first_administrator_is_an_active_account_of_a_confirmed_address() {
    let (db, still) = (deployment(4), still());
    sql(&db, "UPDATE users SET email_verified_at = NULL WHERE email = 'user1@example.com'");
    sql(&db, "UPDATE users SET status = 'suspended' WHERE email = 'user2@example.com'");
    let bootstrap = |name: &str, unconfirmed, dry_run| {
        let email = emails(&[name]).pop_first().unwrap();
        block_on(roles::bootstrap_admin(&db, &run(&still, dry_run), &email, unconfirmed))
    };
    for (name, words) in
        [("nobody", "there is no account"), ("user1", "nobody has shown"), ("user2", "not active")]
    {
        let failure = bootstrap(name, false, false).unwrap_err().to_string();
        assert!(failure.contains(words), "{failure}");
    }
    assert!(bootstrap("user3", false, true).unwrap());
    assert_eq!(number(&db, "SELECT count(*) FROM user_roles"), 0);
    assert!(bootstrap("user3", false, false).unwrap());
    assert!(!bootstrap("user3", false, false).unwrap(), "it is already");
    let failure = bootstrap("user4", false, false).unwrap_err().to_string();
    assert!(failure.contains("there is an administrator already: user3@example.com"), "{failure}");
    assert_eq!(number(&db, "SELECT count(*) FROM audit_log WHERE action = 'role.assigned'"), 1);
}

const HASH: &str = "12:abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcd";

/// The database of the older framework, with so many users, `user1@example.com` and on.
fn source(users: u32) -> Sqlite {
    let db = Sqlite::in_memory().unwrap();
    db.script(
        "CREATE TABLE User (UserID INTEGER PRIMARY KEY, Username TEXT, Password TEXT, FirstName Text, LastName Text, \
         ResetToken Text, ResetTokenTime DATETIME, CreatedAt DATETIME DEFAULT CURRENT_TIMESTAMP)",
    )
    .unwrap();
    sql(
        &db,
        &format!(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {users}) \
             INSERT INTO User (UserID, Username, Password, FirstName, LastName, CreatedAt) \
             SELECT n, 'User' || n || '@example.com', '{HASH}', 'Name' || n, 'O''Hara', '2024-02-03 04:05:06' FROM n \
             WHERE {users} > 0"
        ),
    );
    db
}

fn import_into(db: &Sqlite, source: &Sqlite, run: &Run<'_>, confirmed: bool) -> Result<Report> {
    block_on(import::import(source, db, db, run, confirmed, |_, _| {}))
}

#[test]
fn import_takes_over_everybody_with_an_address_once() {
    let (db, still) = (deployment(2), still());
    let source = source(3);
    sql(
        &source,
        "INSERT INTO User (UserID, Username, Password, FirstName, LastName, CreatedAt) VALUES \
           (11, 'USER3@example.com', 'x', NULL, NULL, NULL), \
           (12, 'root', 'x', NULL, NULL, NULL), \
           (13, NULL, NULL, NULL, NULL, NULL), \
           (14, ' New@Example.com ', 'no hash', ' ', 'bad' || char(7), 'yesterday'), \
           (-5, 'old@example.com', '1:' || substr('0' || hex(zeroblob(32)), 1, 64), 'O''x;', NULL, '1960-01-01')",
    );
    let expected = Report {
        users: 8,
        imported: 3,
        there_already: 2,
        without_password: 1,
        names_left_out: vec![14],
        left_out: vec![
            (11, "the same address as a user before".to_owned()),
            (12, "the user name: must be an e-mail address such as name@example.com".to_owned()),
            (13, "the user name: an e-mail address is required".to_owned()),
        ],
    };
    assert_eq!(import_into(&db, &source, &run(&still, true), false).unwrap(), expected);
    assert_eq!(number(&db, "SELECT count(*) FROM users"), 2, "a dry run changes nothing");
    assert_eq!(import_into(&db, &source, &run(&still, false), false).unwrap(), expected);

    let imported = sql(
        &db,
        "SELECT email, password_hash, first_name, last_name, created_at, email_verified_at, status FROM users \
         WHERE id IN (SELECT target_id FROM audit_log WHERE action = 'user.imported') ORDER BY email",
    );
    let row = |email: &str, hash: Value, first: Value, last: Value, at: i64| {
        json!({ "email": email, "password_hash": hash, "first_name": first, "last_name": last, "created_at": at,
                "email_verified_at": null, "status": "active" })
    };
    assert_eq!(
        imported,
        [
            row("new@example.com", Value::Null, Value::Null, Value::Null, 1_800_000_000_000),
            row("old@example.com", json!(format!("1:{}", "0".repeat(64))), json!("O'x;"), Value::Null, 0),
            row("user3@example.com", json!(HASH), json!("Name3"), json!("O'Hara"), 1_706_933_106_000),
        ]
    );
    let again = import_into(&db, &source, &run(&still, false), false).unwrap();
    assert_eq!(
        (again.imported, again.there_already),
        (0, 6),
        "of the two of one address, both have an account now"
    );
}

#[test]
fn import_that_is_stopped_goes_on_where_it_was() {
    let still = still();
    let source = source(7_300);
    let whole = migrated();
    import_into(&whole, &source, &run(&still, false), true).unwrap();
    assert_eq!(number(&whole, "SELECT count(*) FROM users WHERE email_verified_at = created_at"), 7_300);

    let db = migrated();
    let command = |run: &Run<'_>| import_into(&db, &source, run, true).map(drop);
    let started = run_stopped_after(&db, 2, command, &still);
    assert!(started > 2, "it was not stopped: {started}");
    assert_eq!(outcome(&db), outcome(&whole));
}

#[test]
fn import_from_something_else_is_refused_with_what_to_do() {
    let (db, still) = (migrated(), still());
    let failure = import_into(&db, &Sqlite::in_memory().unwrap(), &run(&still, false), false).unwrap_err();
    assert!(failure.to_string().contains("--source"), "{failure}");
    let failure =
        import_into(&Sqlite::in_memory().unwrap(), &source(1), &run(&still, false), false).unwrap_err();
    assert!(failure.to_string().contains("apply the migrations"), "{failure}");
}
