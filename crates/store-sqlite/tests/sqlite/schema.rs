//! What every table has in common, and what an installation begins with.

use accounts::{RoleId, TenantId};
use edgeward_store_sqlite::Sqlite;
use rbac::Grant;
use rbac::catalogue::{BUILT_IN, MEMBER, SUPER_ADMIN, SYSTEM_ROLES};
use serde_json::{Value, json};

use crate::support::{migrated, rows, texts};

async fn tables(db: &Sqlite) -> Vec<String> {
    let tables = texts(db, "SELECT name FROM sqlite_schema WHERE type = 'table'").await;
    assert!(tables.len() > 10, "{tables:?}");
    tables
}

/// Without comments, and with one space between words.
fn normalised(sql: &str) -> String {
    let code = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    code.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_table_is_strict() {
    let lax =
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'";
    assert_eq!(texts(&migrated(), lax).await, [""; 0]);
}

#[tokio::test]
async fn every_constraint_has_a_name_of_its_table() {
    let db = migrated();
    let mut names = Vec::new();
    for row in rows(&db, "SELECT name, sql FROM sqlite_schema WHERE type = 'table'").await {
        let table = row["name"].as_str().unwrap();
        let sql = normalised(row["sql"].as_str().unwrap());
        // A primary key of one column is written beside it: that it is violated shows in the name of the column.
        for kind in ["UNIQUE", "CHECK", "FOREIGN KEY", "PRIMARY KEY ("] {
            for (at, _) in sql.match_indices(kind) {
                let mut before = sql[..at].split(' ').rev().skip(1);
                let (name, keyword) = (before.next().unwrap_or_default(), before.next());
                assert_eq!(keyword, Some("CONSTRAINT"), "{table}: a {kind} without a name");
                assert!(name.starts_with(&format!("{table}_")), "{table}: {name}");
                names.push(name.to_owned());
            }
        }
        assert_eq!(
            sql.matches("REFERENCES").count(),
            sql.matches("FOREIGN KEY").count(),
            "{table}: a foreign key that is written beside its column"
        );
    }
    let mut unique = names.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), names.len(), "{names:?}");
}

#[tokio::test]
async fn every_foreign_key_is_found_through_an_index() {
    // Without one, each deletion of a row that is referred to would read the whole table that refers to it.
    let db = migrated();
    let mut keys = 0;
    for table in tables(&db).await {
        let mut leading = texts(
            &db,
            format!(
                "SELECT coalesce(info.name, '') AS name \
                 FROM pragma_index_list('{table}') AS list, pragma_index_info(list.name) AS info \
                 WHERE info.seqno = 0"
            ),
        )
        .await;
        leading
            .extend(texts(&db, format!("SELECT name FROM pragma_table_info('{table}') WHERE pk = 1")).await);
        for key in rows(&db, format!("SELECT * FROM pragma_foreign_key_list('{table}')")).await {
            let column = key["from"].as_str().unwrap();
            assert!(leading.iter().any(|first| first == column), "{table}.{column} has no index");
            assert_eq!(key["seq"], 0, "{table}: this test knows foreign keys of one column only");
            keys += 1;
        }
    }
    assert!(keys >= 7, "{keys}");
}

#[tokio::test]
async fn default_permissions_are_those_of_the_catalogue() {
    let stored =
        rows(&migrated(), "SELECT name, description, application, system FROM permissions ORDER BY id").await;
    let expected: Vec<Value> = BUILT_IN
        .iter()
        .map(|built_in| {
            json!({
                "name": built_in.permission.as_str(),
                "description": built_in.description,
                "application": "",
                "system": 1,
            })
        })
        .collect();
    assert_eq!(stored, expected);
}

#[tokio::test]
async fn default_roles_are_the_system_roles_of_the_catalogue() {
    let stored = rows(
        &migrated(),
        "SELECT id, name, description, system, (
           SELECT json_group_array(name) FROM (
             SELECT name FROM role_permissions JOIN permissions ON permissions.id = permission_id
             WHERE role_id = roles.id ORDER BY name)) AS grants
         FROM roles ORDER BY id",
    )
    .await;
    let expected: Vec<Value> = SYSTEM_ROLES
        .iter()
        .map(|role| {
            let id = match role.name {
                SUPER_ADMIN => RoleId::SUPER_ADMIN,
                MEMBER => RoleId::MEMBER,
                other => panic!("{other} has no constant in accounts"),
            };
            let grants: Vec<&str> = role.grants.iter().map(Grant::as_str).collect();
            json!({
                "id": id,
                "name": role.name,
                "description": role.description,
                "system": 1,
                "grants": json!(grants).to_string(),
            })
        })
        .collect();
    assert_eq!(stored, expected);
}

#[tokio::test]
async fn default_tenant_and_epoch_are_there() {
    let db = migrated();
    assert_eq!(
        rows(&db, "SELECT id, name, status FROM tenants").await,
        [json!({ "id": TenantId::DEFAULT, "name": "default", "status": "active" })]
    );
    assert_eq!(rows(&db, "SELECT id, epoch FROM rbac_meta").await, [json!({ "id": 1, "epoch": 1 })]);
}
