//! Many accounts at once, as an operator changes them.

use accounts::{AuditEventId, Email, OutboxId, RoleId, Timestamp, UserId};
use rbac::catalogue::MEMBER;
use serde_json::{Value, json};
use store::people::{self, Imported, Told};
use store::{Db, Query, Statement, outbox, rbac_meta, user_roles, users};

use crate::check::{Check, Failure, none, same, some};
use crate::fixture::{
    NOW, assign, fresh_role_name, later, new_user, number, outbox_id, person_name, role, role_id, rows_of,
    sql, user, user_id,
};

fn told(request_id: &str, at: Timestamp) -> Told<'_> {
    Told { request_id, operator: "Ada \"O'Hara\"", at }
}

fn request_id() -> String {
    format!("people-{}", number())
}

async fn version(db: &impl Db, user: UserId) -> Check<i64> {
    Ok(some(users::by_id(user).first(db).await?)?.authz_version)
}

async fn roles_of(db: &impl Db, user: UserId) -> Check<Vec<RoleId>> {
    Ok(user_roles::list(user).all(db).await?.into_iter().map(|role| role.id).collect())
}

/// The events of a request, by their targets.
async fn events(db: &impl Db, request_id: &str) -> Check<Vec<Value>> {
    let select = "SELECT id, at, action, actor_id, target_type, target_id, tenant_id, details FROM audit_log \
                  WHERE request_id = ?1 ORDER BY target_id";
    let mut rows = rows_of(db, sql(select, [request_id.into()])).await?;
    for row in &mut rows {
        let details = serde_json::from_str(row["details"].as_str().unwrap_or_default());
        row["details"] = details.map_err(|error| Failure::new(error.to_string()))?;
    }
    Ok(rows)
}

async fn give(db: &impl Db, users: &[UserId], role: RoleId, told: &Told<'_>, work: OutboxId) -> Check {
    db.batch(people::give_role(users, role, "a test", told, work)).await?;
    Ok(())
}

pub(crate) async fn role_is_given_to_those_who_lack_it_with_event_version_and_epoch(db: &impl Db) -> Check {
    let (lacking, holder, other) = (user(db).await?, user(db).await?, user(db).await?);
    let role = role(db, &[]).await?;
    assign(db, holder, role).await?;
    let (request, work) = (request_id(), outbox_id());
    let epoch = rbac_meta::epoch().one(db).await?.epoch;
    let before = version(db, lacking).await?;
    give(db, &[lacking, holder, user_id()], role, &told(&request, later(1)), work).await?;

    same(roles_of(db, lacking).await?, [role])?;
    same(some(user_roles::list(lacking).first(db).await?)?.granted_at, later(1))?;
    same(version(db, lacking).await?, before + 1)?;
    same((version(db, holder).await?, version(db, other).await?), (before, before))?;
    same(rbac_meta::epoch().one(db).await?.epoch, epoch + 1)?;
    same(some(outbox::by_id(work).first(db).await?)?.kind, outbox::RAISE_EPOCH)?;
    outbox::delete(work).run(db).await?;

    let events = events(db, &request).await?;
    same(events.len(), 1)?;
    let event = &events[0];
    let id = AuditEventId::parse(event["id"].as_str().unwrap_or_default());
    let id = id.map_err(|error| Failure::new(format!("{event}: {error}")))?;
    same((id >= AuditEventId::first_at(later(1)), id < AuditEventId::first_at(later(2))), (true, true))?;
    let details = &event["details"];
    same(
        (&event["action"], &event["actor_id"], &event["target_id"]),
        (&json!("role.assigned"), &Value::Null, &json!(lacking)),
    )?;
    same((&details["roleId"], &details["reason"]), (&json!(role), &json!("a test")))?;
    same(&details["operator"], &json!("Ada \"O'Hara\""))
}

pub(crate) async fn role_that_is_given_twice_is_given_once(db: &impl Db) -> Check {
    let user = user(db).await?;
    let role = role(db, &[]).await?;
    let (first, second) = (request_id(), request_id());
    for (request, seconds) in [(&first, 1), (&second, 2), (&first, 3)] {
        let work = outbox_id();
        give(db, &[user], role, &told(request, later(seconds)), work).await?;
        outbox::delete(work).run(db).await?;
    }
    same(version(db, user).await?, 2)?;
    same(some(user_roles::list(user).first(db).await?)?.granted_at, later(1))?;
    same(people::count_told(&first).one(db).await?.accounts, 1)?;
    same(people::count_told(&second).one(db).await?.accounts, 0)
}

pub(crate) async fn accounts_without_a_role_are_paged_but_for_those_it_was_taken_from(db: &impl Db) -> Check {
    let (lacking, holder, demoted) = (user(db).await?, user(db).await?, user(db).await?);
    let role = role(db, &[]).await?;
    assign(db, holder, role).await?;
    let removed = "INSERT INTO audit_log (id, at, action, target_type, target_id, request_id, details) \
                   VALUES (?1, ?2, 'role.removed', 'user', ?3, 'request', json_object('roleId', ?4))";
    let id = crate::fixture::audit_event_id(NOW);
    sql(removed, [(&id).into(), NOW.into(), (&demoted).into(), (&role).into()]).run(db).await?;

    let mut found: Vec<UserId> = Vec::new();
    loop {
        let last = found.last().map(ToString::to_string).unwrap_or_default();
        let page = people::without_role(&last, role, 7).all(db).await?;
        if page.is_empty() {
            break;
        }
        found.extend(page.into_iter().map(|account| account.id));
    }
    same(found.is_sorted(), true)?;
    same([lacking, holder, demoted].map(|user| found.contains(&user)), [true, false, false])?;
    same(people::count_without_role(role).one(db).await?.accounts, found.len().try_into().unwrap_or(0))
}

pub(crate) async fn accounts_are_found_by_address_with_what_matters_of_them(db: &impl Db) -> Check {
    let mut confirmed = new_user()?;
    confirmed.email_verified_at = Some(NOW);
    let suspended = new_user()?;
    let (role, unknown) = (role(db, &[]).await?, crate::fixture::email()?);
    users::insert(&confirmed).run(db).await?;
    users::insert(&suspended).run(db).await?;
    users::suspend(suspended.id, NOW).run(db).await?;
    assign(db, suspended.id, role).await?;

    let emails = [unknown, suspended.email, confirmed.email];
    let mut found = people::named(&emails, role).all(db).await?;
    found.sort_by_key(|account| account.holds);
    let found: Vec<_> =
        found.iter().map(|one| (one.id, &one.email, one.verified, one.active, one.holds)).collect();
    same(
        found,
        [(confirmed.id, &emails[2], true, true, false), (suspended.id, &emails[1], false, false, true)],
    )
}

pub(crate) async fn role_is_found_by_its_name_in_any_case(db: &impl Db) -> Check {
    let name = crate::fixture::role_name("member")?;
    let found = some(people::role_by_name(&name).first(db).await?)?;
    same((found.id, found.name.as_str()), (RoleId::MEMBER, MEMBER))?;
    none(people::role_by_name(&fresh_role_name()?).first(db).await?)
}

pub(crate) async fn active_administrators_are_named(db: &impl Db) -> Check {
    let (admin, suspended) = (new_user()?, new_user()?);
    for new in [&admin, &suspended] {
        users::insert(new).run(db).await?;
        assign(db, new.id, RoleId::SUPER_ADMIN).await?;
    }
    users::suspend(suspended.id, NOW).run(db).await?;
    let found: Vec<Email> =
        people::super_admins(1_000).all(db).await?.into_iter().map(|one| one.email).collect();
    same([&admin.email, &suspended.email].map(|email| found.contains(email)), [true, false])?;
    same(people::super_admins(1).all(db).await?.len(), 1)
}

pub(crate) async fn addresses_are_paged_in_order(db: &impl Db) -> Check {
    let new = new_user()?;
    users::insert(&new).run(db).await?;
    let mut found: Vec<String> = Vec::new();
    loop {
        let last = found.last().cloned().unwrap_or_default();
        let page = people::emails(&last, 10).all(db).await?;
        if page.is_empty() {
            break;
        }
        found.extend(page.into_iter().map(|account| account.email.to_string()));
    }
    same((found.is_sorted(), found.contains(&new.email.to_string())), (true, true))
}

fn imported(name: &str) -> Check<Imported> {
    Ok(Imported {
        id: user_id(),
        source_id: i64::try_from(number()).unwrap_or(0),
        email: crate::fixture::email()?,
        email_verified_at: None,
        password_hash: Some(format!("123:{}", "a".repeat(64))),
        first_name: Some(person_name(name)?),
        last_name: None,
        created_at: NOW,
    })
}

pub(crate) async fn imported_accounts_have_their_hash_role_and_event(db: &impl Db) -> Check {
    let hostile = r#"it's "q"; ?1 BEGIN TRANSACTION; \ €"#;
    let taken = new_user()?;
    users::insert(&taken).run(db).await?;
    let mut first = imported(hostile)?;
    first.email_verified_at = Some(later(3));
    let mut second = imported("Bob")?;
    second.password_hash = None;
    let third = Imported { email: taken.email.clone(), ..imported("Eve")? };
    let request = request_id();
    let batch = people::import(
        &[first.clone(), second.clone(), third.clone()],
        RoleId::MEMBER,
        MEMBER,
        &told(&request, later(9)),
    );
    db.batch(batch).await?;

    let read = some(users::by_id(first.id).first(db).await?)?;
    same((read.email, read.first_name.as_deref()), (first.email.clone(), Some(hostile)))?;
    same((read.email_verified_at, read.created_at, read.updated_at), (Some(later(3)), NOW, later(9)))?;
    same((read.status.as_str(), read.authz_version, read.last_name), ("active", 1, None))?;
    let hash = |email: &Email| users::credentials_by_email(email);
    same(some(hash(&first.email).first(db).await?)?.password_hash, first.password_hash)?;
    same(some(hash(&second.email).first(db).await?)?.password_hash, None)?;
    none(users::by_id(third.id).first(db).await?)?;
    same(some(hash(&taken.email).first(db).await?)?.id, taken.id)?;
    same(roles_of(db, first.id).await?, [RoleId::MEMBER])?;
    same(roles_of(db, taken.id).await?, [])?;

    let events = events(db, &request).await?;
    same(events.len(), 2)?;
    same(&events[0]["action"], &json!("user.imported"))?;
    same(
        &events[0]["details"],
        &json!({
            "sourceId": first.source_id,
            "operator": "Ada \"O'Hara\"",
            "after": { "email": first.email, "roles": [MEMBER] },
        }),
    )
}

pub(crate) async fn thousand_accounts_are_imported_in_one_batch(db: &impl Db) -> Check {
    // With the longest names that there are: more than fit into one statement.
    let users: Vec<Imported> = (0..1_000).map(|_| imported(&"€'".repeat(100))).collect::<Check<_>>()?;
    let request = request_id();
    let batch = people::import(&users, RoleId::MEMBER, MEMBER, &told(&request, later(1)));
    same(batch.iter().all(|statement| statement.inlined().len() < 100_000), true)?;
    db.batch(batch).await?;
    same(people::count_told(&request).one(db).await?.accounts, 1_000)?;
    let tidy = "DELETE FROM users WHERE id IN (SELECT target_id FROM audit_log WHERE request_id = ?1)";
    Ok(sql(tidy, [request.as_str().into()]).run(db).await?)
}

/// What wrangler is given does what a worker would do with the values bound.
pub(crate) async fn inlined_statements_do_what_bound_ones_do(db: &impl Db) -> Check {
    let hostile = r#"it's "q"; ?1 BEGIN TRANSACTION; \ €"#;
    let user = imported(hostile)?;
    let (import, assignment, work) = (request_id(), request_id(), outbox_id());
    let role_id = role_id();
    let role = store::roles::insert(role_id, &fresh_role_name()?, hostile, NOW);
    let mut batch = people::import(std::slice::from_ref(&user), RoleId::MEMBER, MEMBER, &told(&import, NOW));
    batch.push(role);
    batch.extend(people::give_role(&[user.id], role_id, hostile, &told(&assignment, later(1)), work));
    let next = people::without_role("", role_id, 3).into_statement();
    batch.push(next);
    let batch = batch.iter().map(|statement| Statement {
        name: statement.name,
        sql: statement.inlined().leak(),
        params: Vec::new(),
    });
    let mut rows = db.batch(batch.collect()).await?;

    let page = Query::<people::AccountId>::decode("people/without_role", rows.pop().unwrap_or_default())?;
    same(page.iter().any(|account| account.id == user.id), false)?;
    let read = some(users::by_id(user.id).first(db).await?)?;
    same((read.first_name.as_deref(), read.authz_version, read.created_at), (Some(hostile), 2, NOW))?;
    same(roles_of(db, user.id).await?.contains(&role_id), true)?;
    same(&events(db, &assignment).await?[0]["details"]["reason"], &json!(hostile))?;
    Ok(outbox::delete(work).run(db).await?)
}
