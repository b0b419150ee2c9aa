//! What the other cases rely on: that the host does what it says.

use std::thread::sleep;
use std::time::Duration;

use e2e::workerd::{GATE, Migrations, Workerd};
use serde_json::{Value, json};

#[test]
fn update_changes_variables_and_keeps_what_is_stored() {
    let workerd = Workerd::start(&json!({ "user-mgmt": { "RBAC_ENABLED": "on" } }), Migrations::All).unwrap();
    let insert = "INSERT INTO tenants (id, name, created_at) VALUES (?1, ?2, CAST(?3 AS INTEGER))";
    workerd.sql(&[(insert, &[json!("t"), json!("kept"), json!(7)])]).unwrap();
    workerd.kv_put("SESSIONS", "key", "kept", Some(60)).unwrap();

    workerd.update(&json!({ "user-mgmt": { "RBAC_ENABLED": "off" } })).unwrap();

    let rows = workerd.sql(&[("SELECT created_at FROM tenants WHERE name = 'kept'", &[])]).unwrap();
    assert_eq!(rows[0][0]["created_at"], 7);
    assert_eq!(workerd.kv_get("SESSIONS", "key").unwrap().as_deref(), Some("kept"));
}

#[test]
fn namespaces_are_apart() {
    let workerd = Workerd::start(&json!({}), Migrations::None).unwrap();
    workerd.kv_put("SESSIONS", "one", "1", None).unwrap();
    workerd.kv_put("CACHE", "two", "2", None).unwrap();
    assert_eq!(workerd.kv_keys("SESSIONS", "").unwrap(), ["one"]);
    assert_eq!(workerd.kv_keys("CACHE", "").unwrap(), ["two"]);
    workerd.kv_delete("CACHE", "two").unwrap();
    assert_eq!(workerd.kv_get("CACHE", "two").unwrap(), None);
}

#[test]
fn migrations_can_stop_early_and_go_on() {
    let workerd = Workerd::start(&json!({}), Migrations::Only(&["0001_accounts.sql"])).unwrap();
    let roles: (&str, &[_]) = ("SELECT count(*) AS n FROM roles", &[]);
    let error = workerd.sql(&[roles]).unwrap_err().to_string();
    assert!(error.contains("no such table: roles"), "{error}");
    workerd.migrate(&["0001_accounts.sql", "0002_rbac.sql"]).unwrap();
    assert_eq!(workerd.sql(&[roles]).unwrap()[0][0]["n"], 2);
}

#[test]
fn workers_that_start_after_others_find_nothing_of_them() {
    let vars = json!({ "user-mgmt": {
        "RBAC_ENABLED": "on", "EMAIL_VERIFICATION": "on",
        "MAIL_FROM": "no-reply@example.com", "PUBLIC_URL": "http://localhost:8787",
    } });
    let before = Workerd::start(&vars, Migrations::All).unwrap();
    let status = |workerd: &Workerd, worker: &str, path: &str| {
        workerd.fetch(worker, "GET", path, &[], None).unwrap().status
    };
    let body = json!({ "username": "ada@example.com", "password": "a horse on a staple" }).to_string();
    let headers = [("content-type", "application/json")];
    let registered = before.fetch("user-mgmt", "POST", "/register", &headers, Some(&body)).unwrap();
    assert_eq!(registered.status, 201);
    let mailed = (0..100).any(|_| {
        sleep(Duration::from_millis(50));
        !before.mails().unwrap().is_empty()
    });
    assert!(mailed);
    assert_eq!(status(&before, "user-mgmt", "/rbac/roles"), 401);
    before.kv_put("SESSIONS", "key", "before", None).unwrap();
    before.kv_put("CACHE", "key", "before", None).unwrap();
    // What an isolate keeps in its memory.
    before.set_gate(GATE, "fails").unwrap();
    assert_eq!(status(&before, "gate", "/healthz"), 500);
    drop(before);

    // In the host that has just become free, unless another test was quicker to take it.
    let after = Workerd::start(&json!({}), Migrations::None).unwrap();
    assert_eq!(after.logs().unwrap(), Vec::<Value>::new());
    assert_eq!(after.mails().unwrap(), Vec::<Value>::new());
    assert_eq!(after.kv_keys("SESSIONS", "").unwrap(), Vec::<String>::new());
    assert_eq!(after.kv_keys("CACHE", "").unwrap(), Vec::<String>::new());
    let tables = "SELECT name FROM sqlite_schema WHERE name = 'users'";
    assert!(after.sql(&[(tables, &[])]).unwrap()[0].is_empty());
    assert_ne!(status(&after, "gate", "/healthz"), 500);
    assert_eq!(status(&after, "user-mgmt", "/rbac/roles"), 404);
}

#[test]
fn an_unknown_worker_is_refused() {
    let error = Workerd::start(&json!({ "user-mgnt": {} }), Migrations::None).unwrap_err().to_string();
    assert!(error.contains("user-mgnt"), "{error}");
}
