//! A batch is one transaction: its statements see each other's effects, and all of them land or none.

use std::collections::BTreeMap;

use accounts::{RoleId, UserId};
use futures_util::future::join_all;
use serde_json::{Value, json};
use store::{Db, Param, Statement, StoreError, guard, rbac_meta, sessions, user_roles, users};

use crate::check::{Check, Failure, fails, refused, same, some};
use crate::fixture::{
    NOW, audit_event_id, count, email, later, new_session, number, outbox_id, role, rows_of, rows_of_each,
    session, sql, user, user_id, value,
};

/// Statements that fail, and what each of them fails with.
async fn failures(db: &impl Db) -> Check<Vec<(Statement, Option<StoreError>)>> {
    let conflict = |table: &str, column: &str| {
        Some(StoreError::Conflict { table: table.to_owned(), column: column.to_owned() })
    };
    let guarded = |name: &str| Some(StoreError::Guard(name.to_owned()));
    let user = user(db).await?;
    let role = role(db, &[]).await?;
    user_roles::insert(user, role, NOW, None).run(db).await?;
    let twin = new_session(user);
    sessions::insert(&twin).run(db).await?;
    let same_token = sessions::NewSession { id: new_session(user).id, ..twin };

    let insert_user = "INSERT INTO users (id, tenant_id, email, status, created_at, updated_at)
        VALUES (?1, '00000000-0000-7000-8000-000000000001', ?2, ?3, 0, 0)";
    let insert_audit = "INSERT INTO audit_log (id, at, action, target_type, target_id, request_id, details)
        VALUES (?1, 0, 'a', 't', 'i', 'r', ?2)";
    let new_id = || Param::from(&user_id());
    Ok(vec![
        // UNIQUE, PRIMARY KEY of one column, and of two.
        (sessions::insert(&same_token), conflict("sessions", "token_hash")),
        (sql(insert_user, [(&user).into(), (&email()?).into(), "active".into()]), conflict("users", "id")),
        (user_roles::insert(user, role, NOW, None), conflict("user_roles", "user_id")),
        // FOREIGN KEY, from both of its ends.
        (sessions::insert(&new_session(user_id())), Some(StoreError::ForeignKey)),
        (user_roles::insert(user, crate::fixture::role_id(), NOW, None), Some(StoreError::ForeignKey)),
        (sql("DELETE FROM tenants", []), Some(StoreError::ForeignKey)),
        // CHECK, NOT NULL and the type of a STRICT column: faults of the code, not of its input.
        (sql(insert_user, [new_id(), (&email()?).into(), "unheard of".into()]), None),
        (sql(insert_user, [new_id(), "Upper@Example.com".into(), "active".into()]), None),
        (sql(insert_user, [new_id(), Param::Null, "active".into()]), None),
        (sql("UPDATE users SET created_at = 'yesterday' WHERE id = ?1", [(&user).into()]), None),
        (sql(insert_audit, [(&audit_event_id(NOW)).into(), "no json".into()]), None),
        (sql("INSERT INTO nowhere (id) VALUES (1)", []), None),
        // Triggers and guards.
        (sql("DELETE FROM roles WHERE id = ?1", [(&RoleId::MEMBER).into()]), guarded(guard::SYSTEM_ROLE)),
        (guard::user_exists(user_id()), guarded(guard::TARGET_EXISTS)),
        (guard::user_at_version(user, 99), guarded(guard::DECISION_CURRENT)),
    ])
}

fn ended_as<T: std::fmt::Debug>(result: Result<T, StoreError>, expected: Option<StoreError>) -> Check {
    match expected {
        Some(error) => fails(result, error),
        None => refused(result),
    }
}

fn add_work(id: &str) -> Statement {
    let insert = "INSERT INTO outbox (id, kind, payload, due_at, created_at) VALUES (?1, 'k', '{}', 0, 0)";
    sql(insert, [id.into()])
}

async fn is_there(db: &impl Db, work: &str) -> Check<bool> {
    Ok(count(db, sql("SELECT count(*) AS n FROM outbox WHERE id = ?1", [work.into()])).await? == 1)
}

pub(crate) async fn failure_of_a_statement_alone_says_what_failed(db: &impl Db) -> Check {
    for (statement, expected) in failures(db).await? {
        ended_as(rows_of(db, statement).await, expected)?;
    }
    Ok(())
}

pub(crate) async fn failure_of_one_statement_undoes_the_whole_batch(db: &impl Db) -> Check {
    for (statement, expected) in failures(db).await? {
        let (before, after) = (outbox_id().to_string(), outbox_id().to_string());
        let batch = vec![add_work(&before), statement.clone(), add_work(&after)];
        let sql = statement.sql;
        ended_as(db.batch(batch).await, expected)?;
        same((sql, is_there(db, &before).await?), (sql, false))?;
        same((sql, is_there(db, &after).await?), (sql, false))?;
    }
    Ok(())
}

pub(crate) async fn failure_of_the_last_statement_undoes_the_whole_batch(db: &impl Db) -> Check {
    for (statement, expected) in failures(db).await? {
        let work = outbox_id().to_string();
        ended_as(db.batch(vec![add_work(&work), statement]).await, expected)?;
        same(is_there(db, &work).await?, false)?;
    }
    Ok(())
}

/// A statement that changes several rows is a small batch of its own.
pub(crate) async fn failure_at_the_second_row_undoes_the_first(db: &impl Db) -> Check {
    let name = format!("rows-{}", number());
    let insert = "INSERT INTO tenants (id, name, created_at) SELECT value, ?1, 0 FROM json_each(?2)";
    let ids = [user_id(), user_id()].as_slice().into();
    let failed = rows_of(db, sql(insert, [name.as_str().into(), ids])).await;
    fails(failed, StoreError::Conflict { table: "tenants".to_owned(), column: "name".to_owned() })?;
    same(count(db, sql("SELECT count(*) AS n FROM tenants WHERE name = ?1", [name.into()])).await?, 0)
}

pub(crate) async fn database_works_on_after_a_failure(db: &impl Db) -> Check {
    let work = outbox_id().to_string();
    refused(db.batch(vec![add_work(&work), sql("SELEKT 1", [])]).await)?;
    db.batch(vec![add_work(&work)]).await?;
    same(is_there(db, &work).await?, true)
}

pub(crate) async fn batch_gives_the_rows_of_each_statement_in_order(db: &impl Db) -> Check {
    let work = outbox_id().to_string();
    let list = ["x", "y"].as_slice().into();
    let rows = rows_of_each(
        db,
        vec![
            sql("SELECT 1 AS n", []),
            add_work(&work),
            sql("SELECT value FROM json_each(?1)", [list]),
            sql("SELECT 1 AS n WHERE FALSE", []),
            sql("SELECT 2 AS n", []),
        ],
    )
    .await?;
    let expected: Vec<Vec<Value>> = vec![
        vec![json!({ "n": 1 })],
        vec![],
        vec![json!({ "value": "x" }), json!({ "value": "y" })],
        vec![],
        vec![json!({ "n": 2 })],
    ];
    same(rows, expected)
}

pub(crate) async fn batch_of_nothing_gives_nothing(db: &impl Db) -> Check {
    same(rows_of_each(db, Vec::new()).await?, Vec::<Vec<Value>>::new())
}

pub(crate) async fn batch_of_a_hundred_statements_lands(db: &impl Db) -> Check {
    let ids: Vec<String> = (0..100).map(|_| outbox_id().to_string()).collect();
    db.batch(ids.iter().map(|id| add_work(id)).collect()).await?;
    let select = "SELECT count(*) AS n FROM outbox WHERE id IN (SELECT value FROM json_each(?1))";
    same(count(db, sql(select, [ids.as_slice().into()])).await?, 100)
}

pub(crate) async fn returning_gives_rows_in_a_batch_and_alone(db: &impl Db) -> Check {
    let (first, second) = (outbox_id().to_string(), outbox_id().to_string());
    let insert = "INSERT INTO outbox (id, kind, payload, due_at, created_at) VALUES (?1, 'k', '{}', 7, 0)
        RETURNING id, due_at";
    let returned = |id: &String| vec![json!({ "id": id, "due_at": 7 })];
    let rows = rows_of_each(db, vec![sql("SELECT 1 AS n", []), sql(insert, [first.as_str().into()])]).await?;
    same(some(rows.get(1))?, &returned(&first))?;
    same(rows_of(db, sql(insert, [second.as_str().into()])).await?, returned(&second))?;
    let delete = sql("DELETE FROM outbox WHERE id = ?1 RETURNING id, due_at", [second.as_str().into()]);
    same(rows_of(db, delete).await?, returned(&second))
}

/// What is read in a batch is what its earlier statements left.
pub(crate) async fn versions_that_rise_in_a_batch_are_seen_in_it_and_after(db: &impl Db) -> Check {
    let user = user(db).await?;
    let before = rbac_meta::epoch().one(db).await?.epoch;
    let version = || sql("SELECT authz_version AS n FROM users WHERE id = ?1", [(&user).into()]);
    let rows = rows_of_each(
        db,
        vec![
            rbac_meta::epoch().into_statement(),
            rbac_meta::bump_epoch(),
            rbac_meta::epoch().into_statement(),
            version(),
            users::bump_authz_version(user, later(1)),
            version(),
        ],
    )
    .await?;
    same(rows[0][0]["epoch"].clone(), before)?;
    same(rows[2][0]["epoch"].clone(), before + 1)?;
    same(rows[3][0]["n"].clone(), 1)?;
    same(rows[5][0]["n"].clone(), 2)?;
    same(rbac_meta::epoch().one(db).await?.epoch, before + 1)?;
    same(value(db, version()).await?, 2)
}

/// Versions that rise in a batch that fails have not risen.
pub(crate) async fn versions_fall_back_with_a_batch_that_fails(db: &impl Db) -> Check {
    let user = user(db).await?;
    let before = rbac_meta::epoch().one(db).await?.epoch;
    let batch =
        vec![rbac_meta::bump_epoch(), users::bump_authz_version(user, NOW), guard::user_exists(user_id())];
    fails(db.batch(batch).await, StoreError::Guard(guard::TARGET_EXISTS.to_owned()))?;
    same(rbac_meta::epoch().one(db).await?.epoch, before)?;
    same(some(users::by_id(user).first(db).await?)?.authz_version, 1)
}

/// Compare and swap: of several changes that rest on the same version, one lands.
pub(crate) async fn batches_that_rest_on_one_version_let_one_of_them_through(db: &impl Db) -> Check {
    let user: UserId = user(db).await?;
    let attempt = || db.batch(vec![guard::user_at_version(user, 1), users::bump_authz_version(user, NOW)]);
    let mut ends = BTreeMap::new();
    for result in join_all((0..10).map(|_| attempt())).await {
        let end = match result {
            Ok(_) => "landed",
            Err(error) if error.is_guard(guard::DECISION_CURRENT) => "refused",
            Err(error) => return Err(Failure::from(error)),
        };
        *ends.entry(end).or_insert(0) += 1;
    }
    same(ends, BTreeMap::from([("landed", 1), ("refused", 9)]))?;
    same(some(users::by_id(user).first(db).await?)?.authz_version, 2)
}

pub(crate) async fn deletions_cascade_in_a_batch_and_come_back_with_it(db: &impl Db) -> Check {
    let user = user(db).await?;
    let role = role(db, &[]).await?;
    user_roles::insert(user, role, NOW, None).run(db).await?;
    session(db, user).await?;
    let left = || {
        let count = "SELECT (SELECT count(*) FROM sessions WHERE user_id = ?1)
            + (SELECT count(*) FROM user_roles WHERE user_id = ?1) AS n";
        sql(count, [(&user).into()])
    };
    let batch = vec![users::delete(user), left(), guard::user_exists(user)];
    fails(db.batch(batch).await, StoreError::Guard(guard::TARGET_EXISTS.to_owned()))?;
    same(count(db, left()).await?, 2)?;
    let rows = rows_of_each(db, vec![users::delete(user), left()]).await?;
    same(rows[1][0]["n"].clone(), 0)
}
