//! The rules that triggers hold, whatever statement tries to break them.

use accounts::RoleId;
use edgeward_store_sqlite::Sqlite;
use serde_json::json;
use store::StoreError;

use crate::support::{guard_of, migrated, rows};

const TENANT: &str = "00000000-0000-7000-8000-000000000001";
const ADMIN_ALL: &str = "00000000-0000-7000-8000-000000000101";

/// A database with these users, each `active` in the default tenant and a `SUPER_ADMIN`.
fn with_admins(admins: &[&str]) -> Sqlite {
    let db = migrated();
    for id in admins {
        db.script(&format!(
            "INSERT INTO users (id, tenant_id, email, created_at, updated_at)
             VALUES ('{id}', '{TENANT}', '{id}@example.com', 0, 0);
             INSERT INTO user_roles (user_id, role_id, granted_at) VALUES ('{id}', '{}', 0);",
            RoleId::SUPER_ADMIN
        ))
        .unwrap();
    }
    db
}

async fn count(db: &Sqlite, of: &str) -> i64 {
    rows(db, format!("SELECT count(*) AS n FROM {of}")).await[0]["n"].as_i64().unwrap()
}

#[tokio::test]
async fn audit_log_refuses_update_and_delete() {
    let db = migrated();
    db.script(
        "INSERT INTO audit_log (id, at, action, target_type, target_id, request_id, details)
         VALUES ('one', 1, 'role.created', 'role', 'r', 'q', '{}')",
    )
    .unwrap();
    for script in [
        "UPDATE audit_log SET action = 'nothing'",
        "UPDATE audit_log SET details = details",
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE id = 'one'",
        "INSERT OR REPLACE INTO audit_log (id, at, action, target_type, target_id, request_id, details)
         VALUES ('one', 1, 'nothing', 'role', 'r', 'q', '{}')",
    ] {
        assert_eq!(guard_of(&db, script), "audit_append_only");
    }
    assert_eq!(rows(&db, "SELECT action FROM audit_log").await, [json!({ "action": "role.created" })]);
}

/// The cut-off of retention moves by an event that says so, forward, and never past the event itself.
#[tokio::test]
async fn audit_cut_off_moves_with_its_event_alone() {
    let db = migrated();
    let event = |id: &str, action: &str, up_to: &str| {
        format!(
            "INSERT INTO audit_log (id, at, action, target_type, target_id, request_id, details)
             VALUES ('{id}', 1, '{action}', 'audit', 'a', 'q', json_object('upTo', '{up_to}'))"
        )
    };
    for (id, action, up_to) in [
        ("a", "role.created", ""),
        ("b", "role.created", ""),
        ("c", "role.updated", "b"),
        ("d", "audit.removed", "b"),
        ("e", "audit.removed", "a"),
        ("f", "audit.removed", "z"),
    ] {
        db.script(&event(id, action, up_to)).unwrap();
    }
    let move_to = |up_to: &str, by: &str| {
        format!("UPDATE audit_meta SET removed_up_to = '{up_to}', removed_by = {by} WHERE id = 1")
    };
    let refused = [
        move_to("b", "NULL"),
        move_to("b", "'nobody'"),
        move_to("b", "'c'"),
        move_to("a", "'d'"),
        move_to("z", "'f'"),
        "UPDATE audit_meta SET removed_up_to = 'b'".to_owned(),
        "INSERT INTO audit_meta (id, removed_up_to) VALUES (2, 'b')".to_owned(),
        "INSERT OR REPLACE INTO audit_meta (id, removed_up_to) VALUES (1, 'b')".to_owned(),
        "DELETE FROM audit_meta".to_owned(),
        "DELETE FROM audit_log WHERE id = 'a'".to_owned(),
    ];
    for script in &refused {
        assert_eq!(guard_of(&db, script), "audit_append_only", "{script}");
    }
    db.script(&move_to("b", "'d'")).unwrap();
    // Not twice, not back; and what is behind the cut-off can be removed, but not written.
    for script in [move_to("b", "'d'"), move_to("a", "'e'"), event("Z", "role.created", "")] {
        assert_eq!(guard_of(&db, &script), "audit_append_only", "{script}");
    }
    db.script("DELETE FROM audit_log WHERE id <= 'b'").unwrap();
    assert_eq!(guard_of(&db, "DELETE FROM audit_log"), "audit_append_only");
    assert_eq!(count(&db, "audit_log").await, 4);
}

#[test]
fn audit_details_that_are_no_json_are_refused() {
    let insert = "INSERT INTO audit_log (id, at, action, target_type, target_id, request_id, details)
                  VALUES ('one', 1, 'role.created', 'role', 'r', 'q', 'text')";
    let error = migrated().script(insert).unwrap_err();
    assert!(matches!(&error, StoreError::Driver(text) if text.contains("audit_log_details_json")), "{error}");
}

#[tokio::test]
async fn system_roles_can_be_neither_renamed_nor_deleted() {
    let db = migrated();
    for script in [
        "UPDATE roles SET name = 'Boss' WHERE name = 'SUPER_ADMIN'",
        "UPDATE roles SET name = 'super_admin' WHERE name = 'SUPER_ADMIN'",
        "UPDATE roles SET name = 'Member' WHERE name = 'MEMBER'",
        "UPDATE roles SET system = 0 WHERE name = 'MEMBER'",
        "UPDATE roles SET id = 'other' WHERE name = 'MEMBER'",
        "DELETE FROM roles WHERE name = 'SUPER_ADMIN'",
        "DELETE FROM roles WHERE name = 'member'",
        "DELETE FROM roles",
    ] {
        assert_eq!(guard_of(&db, script), "system_role", "{script}");
    }
    assert_eq!(count(&db, "roles WHERE name COLLATE BINARY IN ('SUPER_ADMIN', 'MEMBER')").await, 2);
}

#[test]
fn system_roles_can_be_described_anew() {
    migrated()
        .script("UPDATE roles SET name = 'MEMBER', description = 'All of us.' WHERE name = 'MEMBER'")
        .unwrap();
}

#[test]
fn role_names_that_differ_by_case_alone_are_taken() {
    let insert = "INSERT INTO roles (id, name, created_at, updated_at) VALUES ('one', 'Super_Admin', 0, 0)";
    assert!(migrated().script(insert).unwrap_err().is_conflict("roles", "name"));
}

#[test]
fn super_admin_never_loses_admin_all() {
    let db = migrated();
    for (script, guard) in [
        ("DELETE FROM role_permissions".to_owned(), "super_admin_grant"),
        (format!("DELETE FROM role_permissions WHERE permission_id = '{ADMIN_ALL}'"), "super_admin_grant"),
        (format!("DELETE FROM permissions WHERE id = '{ADMIN_ALL}'"), "system_permission"),
        ("UPDATE permissions SET name = 'admin:none' WHERE name = 'admin:all'".to_owned(), "permission_name"),
        (
            format!(
                "UPDATE role_permissions SET role_id = '{}' WHERE permission_id = '{ADMIN_ALL}'",
                RoleId::MEMBER
            ),
            "assignment_changed",
        ),
    ] {
        assert_eq!(guard_of(&db, &script), guard, "{script}");
    }
}

#[tokio::test]
async fn super_admin_can_lose_any_other_grant() {
    let db = migrated();
    let admin = RoleId::SUPER_ADMIN;
    db.script(&format!(
        "INSERT INTO role_permissions SELECT '{admin}', id FROM permissions WHERE name = 'users:read';
         DELETE FROM role_permissions WHERE role_id = '{admin}' AND permission_id <> '{ADMIN_ALL}';"
    ))
    .unwrap();
    assert_eq!(count(&db, &format!("role_permissions WHERE role_id = '{admin}'")).await, 1);
}

#[test]
fn permission_names_do_not_change_but_descriptions_do() {
    let db = migrated();
    db.script("INSERT INTO permissions (id, name, created_at) VALUES ('p', 'docs:read', 0)").unwrap();
    for script in [
        "UPDATE permissions SET name = 'docs:write' WHERE id = 'p'",
        "UPDATE permissions SET name = 'Docs:read' WHERE id = 'p'",
        "UPDATE permissions SET id = 'q' WHERE id = 'p'",
    ] {
        assert_eq!(guard_of(&db, script), "permission_name", "{script}");
    }
    db.script("UPDATE permissions SET description = 'Read' WHERE id = 'p'").unwrap();
}

#[test]
fn permission_that_a_role_grants_is_not_deleted() {
    let db = migrated();
    db.script(&format!(
        "INSERT INTO permissions (id, name, created_at) VALUES ('p', 'docs:read', 0);
         INSERT INTO role_permissions (role_id, permission_id) VALUES ('{}', 'p');",
        RoleId::MEMBER
    ))
    .unwrap();
    assert_eq!(db.script("DELETE FROM permissions WHERE id = 'p'"), Err(StoreError::ForeignKey));
    db.script(
        "DELETE FROM role_permissions WHERE permission_id = 'p'; DELETE FROM permissions WHERE id = 'p';",
    )
    .unwrap();
}

/// Every way in which the user `ada` could stop being an administrator who can sign in.
const WAYS_OUT: [&str; 8] = [
    "DELETE FROM user_roles WHERE user_id = 'ada'",
    "DELETE FROM user_roles",
    "UPDATE users SET status = 'suspended' WHERE id = 'ada'",
    "UPDATE users SET status = 'invited' WHERE id = 'ada'",
    "UPDATE users SET tenant_id = 'closed' WHERE id = 'ada'",
    "DELETE FROM users WHERE id = 'ada'",
    "DELETE FROM users",
    "UPDATE tenants SET status = 'suspended'",
];

const CLOSED_TENANT: &str =
    "INSERT INTO tenants (id, name, status, created_at) VALUES ('closed', 'closed', 'suspended', 0)";

#[tokio::test]
async fn last_active_super_admin_stays_in_every_way() {
    let db = with_admins(&["ada"]);
    db.script(CLOSED_TENANT).unwrap();
    for script in WAYS_OUT {
        assert_eq!(guard_of(&db, script), "last_super_admin", "{script}");
    }
    assert_eq!(guard_of(&db, "UPDATE user_roles SET user_id = 'x'"), "assignment_changed");
    assert_eq!(count(&db, "active_super_admins").await, 1);
}

#[test]
fn admins_who_are_not_active_do_not_count() {
    for change in [
        "UPDATE users SET status = 'suspended' WHERE id = 'bob'",
        "UPDATE users SET status = 'invited' WHERE id = 'bob'",
        "UPDATE users SET tenant_id = 'closed' WHERE id = 'bob'",
    ] {
        let db = with_admins(&["ada", "bob"]);
        db.script(CLOSED_TENANT).unwrap();
        db.script(change).unwrap();
        for script in WAYS_OUT {
            assert_eq!(guard_of(&db, script), "last_super_admin", "{change}, then {script}");
        }
        // Who does not count can go.
        db.script("DELETE FROM users WHERE id = 'bob'").unwrap();
    }
}

#[tokio::test]
async fn two_admins_can_lose_one_but_not_both() {
    for first in WAYS_OUT.into_iter().filter(|script| script.contains("'ada'")) {
        for second in WAYS_OUT {
            let db = with_admins(&["ada", "bob"]);
            db.script(CLOSED_TENANT).unwrap();
            db.script(first).unwrap_or_else(|error| panic!("{first}: {error}"));
            let second = second.replace("'ada'", "'bob'");
            assert_eq!(guard_of(&db, &second), "last_super_admin", "{first}, then {second}");
            assert_eq!(count(&db, "active_super_admins WHERE user_id = 'bob'").await, 1);
        }
    }
}

#[tokio::test]
async fn two_admins_removed_in_one_batch_both_stay() {
    for script in WAYS_OUT {
        let db = with_admins(&["ada", "bob"]);
        db.script(CLOSED_TENANT).unwrap();
        let both = format!("{script}; {};", script.replace("'ada'", "'bob'"));
        assert_eq!(guard_of(&db, &both), "last_super_admin", "{both}");
        assert_eq!(count(&db, "active_super_admins").await, 2);
    }
}

#[test]
fn tenant_with_the_only_admins_is_not_suspended_while_others_are() {
    let db = with_admins(&["ada"]);
    db.script("INSERT INTO tenants (id, name, created_at) VALUES ('acme', 'acme', 0)").unwrap();
    db.script("UPDATE tenants SET status = 'suspended' WHERE id = 'acme'").unwrap();
    assert_eq!(guard_of(&db, "UPDATE tenants SET status = 'suspended'"), "last_super_admin");
}

#[test]
fn changes_of_the_last_admin_that_leave_an_admin_pass() {
    let db = with_admins(&["ada"]);
    db.script("INSERT INTO tenants (id, name, created_at) VALUES ('acme', 'acme', 0)").unwrap();
    for script in [
        "UPDATE users SET status = 'active', first_name = 'Ada', authz_version = 2 WHERE id = 'ada'",
        "UPDATE users SET tenant_id = 'acme' WHERE id = 'ada'",
        "UPDATE tenants SET status = 'active'",
        "UPDATE tenants SET status = 'suspended' WHERE name = 'default'",
        "INSERT INTO user_roles (user_id, role_id, granted_at) VALUES ('ada', '00000000-0000-7000-8000-000000000012', 0)",
        "DELETE FROM user_roles WHERE role_id = '00000000-0000-7000-8000-000000000012'",
    ] {
        db.script(script).unwrap_or_else(|error| panic!("{script}: {error}"));
    }
}

#[tokio::test]
async fn batch_guard_that_does_not_hold_aborts_by_name() {
    for (name, guard) in [
        ("decision_current", "decision_current"),
        ("target_exists", "target_exists"),
        ("token_usable", "token_usable"),
        ("not_granted", "not_granted"),
        ("anything else", "unnamed"),
    ] {
        for holds in ["0", "NULL", "2", "'1 '", "EXISTS (SELECT 1 FROM users WHERE id = 'nobody')"] {
            let db = migrated();
            let script = format!(
                "INSERT INTO tenants (id, name, created_at) VALUES ('acme', 'acme', 0);
                 INSERT INTO batch_guard (name, holds) VALUES ('{name}', {holds});"
            );
            assert_eq!(guard_of(&db, &script), guard, "{holds}");
            assert_eq!(count(&db, "tenants WHERE id = 'acme'").await, 0);
        }
    }
}

#[tokio::test]
async fn batch_guard_that_holds_stores_nothing() {
    let db = migrated();
    db.script("INSERT INTO batch_guard (name, holds) VALUES ('target_exists', 1), ('not_granted', 1.0)")
        .unwrap();
    assert_eq!(count(&db, "batch_guard").await, 0);
}
