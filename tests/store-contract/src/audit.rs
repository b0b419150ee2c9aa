//! The audit log.

use std::time::Duration;

use accounts::{AuditEventId, TenantId, Timestamp, UserId};
use serde_json::{Value, json};
use store::audit::{self, Action, Actions, AuditEvent, Filter, Recorded, SessionReplaced};
use store::audit_meta::{self, Removal, Removed};
use store::{Db, decode, guard, sessions, users};

use crate::check::{Check, Failure, guarded, same};
use crate::fixture::{
    NOW, audit_event_id, count, later, new_user, number, person_name, rows_of, session, sql, token_hash,
    user, user_id, value,
};

/// An event of its own at this time.
fn event_at(at: Timestamp) -> AuditEvent {
    AuditEvent {
        id: audit_event_id(at),
        at,
        action: Action::RolePermissionGranted,
        actor: Some(user_id()),
        target_id: "it's \"quoted\" — €".to_owned(),
        tenant: Some(TenantId::DEFAULT),
        request_id: "request-1".to_owned(),
        client_address: Some("192.0.2.1".to_owned()),
        details: json!({ "after": { "grants": ["docs:*"] }, "before": null }),
    }
}

pub(crate) async fn event_is_stored_as_it_happened(db: &impl Db) -> Check {
    let whole = event_at(NOW);
    let of_the_system =
        AuditEvent { actor: None, tenant: None, client_address: None, details: json!({}), ..event_at(NOW) };
    for event in [whole, of_the_system] {
        audit::insert(&event).run(db).await?;
        let rows = rows_of(db, sql("SELECT * FROM audit_log WHERE id = ?1", [(&event.id).into()])).await?;
        same(
            rows,
            [json!({
                "id": event.id,
                "at": NOW.as_millis(),
                "action": "role.permission_granted",
                "actor_id": event.actor,
                "target_type": "role",
                "target_id": event.target_id,
                "tenant_id": event.tenant,
                "request_id": event.request_id,
                "client_address": event.client_address,
                "details": event.details.to_string(),
            })],
        )?;
    }
    Ok(())
}

pub(crate) async fn event_happens_once(db: &impl Db) -> Check {
    let event = event_at(NOW);
    audit::insert(&event).run(db).await?;
    guarded(audit::insert(&event).run(db).await, "audit_append_only")
}

/// A change and its event land together or not at all.
pub(crate) async fn event_of_a_change_that_fails_is_not_stored(db: &impl Db) -> Check {
    let event = event_at(NOW);
    let batch = vec![audit::insert(&event), guard::user_exists(user_id())];
    guarded(db.batch(batch).await, guard::TARGET_EXISTS)?;
    let stored = sql("SELECT count(*) AS n FROM audit_log WHERE id = ?1", [(&event.id).into()]);
    same(count(db, stored).await?, 0)
}

pub(crate) async fn event_is_neither_changed_nor_removed(db: &impl Db) -> Check {
    let event = event_at(NOW);
    audit::insert(&event).run(db).await?;
    for change in [
        "UPDATE audit_log SET action = 'nothing' WHERE id = ?1",
        "DELETE FROM audit_log WHERE id = ?1",
        "INSERT OR REPLACE INTO audit_log (id, at, action, target_type, target_id, request_id, details)
         VALUES (?1, 0, 'nothing', 'role', 'r', 'q', '{}')",
    ] {
        guarded(rows_of(db, sql(change, [(&event.id).into()])).await, "audit_append_only")?;
    }
    let stored = sql(
        "SELECT count(*) AS n FROM audit_log WHERE id = ?1 AND action <> 'nothing'",
        [(&event.id).into()],
    );
    same(count(db, stored).await?, 1)
}

/// The ids of all pages of two.
async fn ids(db: &impl Db, filter: &Filter) -> Check<Vec<String>> {
    let (mut found, mut after): (Vec<String>, String) = Default::default();
    loop {
        let page = audit::page(db, filter, &after, 2).await?;
        found.extend(page.events.into_iter().map(|event| event.id));
        match page.next {
            Some(next) => after = next,
            None => return Ok(found),
        }
    }
}

/// The events of one page.
async fn page(db: &impl Db, filter: &Filter, limit: u32) -> Check<Vec<Recorded>> {
    Ok(audit::page(db, filter, "", limit).await?.events)
}

/// The newest event.
async fn newest(db: &impl Db, filter: &Filter) -> Check<Recorded> {
    let events = page(db, filter, 1).await?;
    events.into_iter().next().ok_or_else(|| Failure::new("no event".to_owned()))
}

pub(crate) async fn pages_of_events_hold_each_once_the_newest_first(db: &impl Db) -> Check {
    let actor = Some(user_id());
    let mut expected = Vec::new();
    for second in 0..5 {
        let event = AuditEvent { actor, ..event_at(later(second)) };
        audit::insert(&event).run(db).await?;
        expected.insert(0, event.id.to_string());
        audit::insert(&event_at(later(second))).run(db).await?;
    }
    same(ids(db, &Filter { actor, ..Filter::default() }).await?, expected)
}

pub(crate) async fn events_are_found_by_each_filter_and_by_all_together(db: &impl Db) -> Check {
    let tenant = TenantId::from_u128(u128::from(number()));
    let name = format!("audit-{}", number());
    let insert = sql(
        "INSERT INTO tenants (id, name, created_at) VALUES (?1, ?2, 0)",
        [(&tenant).into(), name.as_str().into()],
    );
    insert.run(db).await?;
    let wanted = AuditEvent {
        actor: Some(user_id()),
        action: Action::TokenRevoked,
        target_id: format!("target {}", number()),
        tenant: Some(tenant),
        request_id: format!("request {}", number()),
        ..event_at(later(7_200))
    };
    // Of the same time and less; each shares nothing else with the one that is wanted.
    let others = [event_at(later(7_199)), event_at(later(7_201))];
    for event in [&others[0], &wanted, &others[1]] {
        audit::insert(event).run(db).await?;
    }
    let none = Filter::default;
    let actor = Filter { actor: wanted.actor, ..none() };
    let target = Filter { target: Some(("token".to_owned(), wanted.target_id.clone())), ..none() };
    let action = Filter { actions: Some(Actions::One("token.revoked".to_owned())), ..none() };
    let group = Filter { actions: Some(Actions::Group("token.".to_owned())), ..none() };
    let of_tenant = Filter { tenant: Some(name), ..none() };
    let request = Filter { request_id: Some(wanted.request_id.clone()), ..none() };
    let time = Filter { from: Some(wanted.at), to: Some(later(7_201)), ..none() };
    let mut all = Filter { from: time.from, to: time.to, ..none() };
    for filter in [&actor, &target, &action, &group, &of_tenant, &request, &time] {
        let found = ids(db, filter).await?;
        let has = |event: &AuditEvent| found.contains(&event.id.to_string());
        same((has(&wanted), others.iter().any(has)), (true, false))?;
        all.actor = all.actor.or(filter.actor);
        all.target = all.target.or_else(|| filter.target.clone());
        all.actions = filter.actions.clone().or(all.actions);
        all.tenant = all.tenant.or_else(|| filter.tenant.clone());
        all.request_id = all.request_id.or_else(|| filter.request_id.clone());
        // However they are combined, each counts.
        same(ids(db, &all).await?, [wanted.id.to_string()])?;
    }
    for miss in [
        Filter { actor: Some(user_id()), ..all.clone() },
        Filter { target: Some(("role".to_owned(), wanted.target_id.clone())), ..all.clone() },
        Filter { actions: Some(Actions::One("token.created".to_owned())), ..all.clone() },
        Filter { actions: Some(Actions::Group("tok.".to_owned())), ..all.clone() },
        Filter { tenant: Some("default".to_owned()), ..all.clone() },
        Filter { request_id: Some("another".to_owned()), ..all.clone() },
        Filter { from: Some(later(7_201)), ..all.clone() },
        Filter { to: Some(wanted.at), ..all.clone() },
    ] {
        same(ids(db, &miss).await?, [""; 0])?;
    }
    Ok(())
}

/// Events of three actors, two actions and two requests in turns, in which each pair of filters agrees in another rhythm.
pub(crate) async fn events_that_two_filters_share_are_found_whatever_each_finds_alone(db: &impl Db) -> Check {
    let actors = [user_id(), user_id(), user_id()];
    let actions = [Action::TokenRevoked, Action::UserUpdated];
    let requests = [format!("first {}", number()), format!("second {}", number())];
    let events: Vec<AuditEvent> = (0..60)
        .map(|n: usize| AuditEvent {
            actor: Some(actors[n * n % 3]),
            action: actions[n / 4 % 2],
            request_id: requests[n / 7 % 2].clone(),
            ..event_at(later(n as u64))
        })
        .collect();
    db.batch(events.iter().map(audit::insert).collect()).await?;
    for actor in actors {
        for (action, name) in actions.into_iter().zip(["token.revoked", "user.updated"]) {
            for request in &requests {
                let one = Filter { actor: Some(actor), ..Filter::default() };
                let two = Filter { actions: Some(Actions::One(name.to_owned())), ..one.clone() };
                let group = name.split_inclusive('.').next().unwrap_or_default().to_owned();
                let three = Filter {
                    actions: Some(Actions::Group(group)),
                    request_id: Some(request.clone()),
                    ..one.clone()
                };
                for (filter, asked) in [(&one, 1), (&two, 2), (&three, 3)] {
                    let wanted = events.iter().rev().filter(|event| {
                        event.actor == Some(actor)
                            && (asked < 2 || event.action == action)
                            && (asked < 3 || event.request_id == *request)
                    });
                    let wanted: Vec<String> = wanted.map(|event| event.id.to_string()).collect();
                    same(ids(db, filter).await?, wanted)?;
                }
            }
        }
    }
    Ok(())
}

/// What somebody else did in between, more often than a page looks.
pub(crate) async fn a_page_that_has_looked_often_enough_is_followed_by_another(db: &impl Db) -> Check {
    let (actor, other) = (user_id(), user_id());
    let start = 20_000 + 3 * number();
    // By turns one does one thing and the other another, so that neither index passes over many.
    let between = sql(
        "INSERT INTO audit_log (id, at, action, actor_id, target_type, target_id, request_id, details)
         SELECT printf('%s%012x', substr(?1, 1, 24), value), 0, iif(value % 2, 'role.created', 'role.deleted'),
           iif(value % 2, ?2, ?3), 'role', '', 'between', '{}'
         FROM json_each(?4)",
        [
            (&audit_event_id(later(start + 1))).into(),
            (&actor).into(),
            (&other).into(),
            json!((0..2 * audit::LOOKS).collect::<Vec<_>>()).to_string().into(),
        ],
    );
    let wanted = [later(start), later(start + 2)].map(|at| AuditEvent {
        actor: Some(actor),
        action: Action::RoleDeleted,
        ..event_at(at)
    });
    let [first, last] = wanted.each_ref().map(|event| event.id.to_string());
    db.batch(vec![audit::insert(&wanted[0]), between, audit::insert(&wanted[1])]).await?;
    let deleted = Some(Actions::One("role.deleted".to_owned()));
    let filter = Filter { actor: Some(actor), actions: deleted, ..Filter::default() };
    let (mut found, mut after): (Vec<Vec<String>>, String) = Default::default();
    loop {
        let page = audit::page(db, &filter, &after, 2).await?;
        found.push(page.events.into_iter().map(|event| event.id).collect());
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    same(found, [vec![last], vec![], vec![first]])
}

pub(crate) async fn actor_is_named_while_there_is_an_account(db: &impl Db) -> Check {
    let mut ada = new_user()?;
    ada.first_name = Some(person_name("Ada")?);
    users::insert(&ada).run(db).await?;
    let event = AuditEvent { actor: Some(ada.id), ..event_at(later(1)) };
    audit::insert(&event).run(db).await?;
    let filter = Filter { actor: Some(ada.id), ..Filter::default() };
    let found = newest(db, &filter).await?;
    same(found.actor_email, Some(ada.email.to_string()))?;
    same(found.actor_first_name.as_deref(), Some("Ada"))?;
    same(found.details, event.details)?;
    same(found.tenant.as_deref(), Some("default"))?;
    users::delete(ada.id).run(db).await?;
    let found = newest(db, &filter).await?;
    same((found.actor_id, found.actor_email), (Some(ada.id.to_string()), None::<String>))
}

/// The details of the events of one actor, the oldest first.
async fn details(db: &impl Db, actor: Option<UserId>) -> Check<Vec<Value>> {
    let found = page(db, &Filter { actor, ..Filter::default() }, 100).await?;
    Ok(found.into_iter().rev().map(|event| event.details).collect())
}

pub(crate) async fn events_that_a_stranger_brings_about_are_bounded(db: &impl Db) -> Check {
    let (actor, other) = (Some(user_id()), Some(user_id()));
    let denial = |actor, second| AuditEvent {
        actor,
        action: Action::AccessDenied,
        details: json!({ "code": "x" }),
        ..event_at(later(second))
    };
    for second in 0..5 {
        audit::insert_bounded(&denial(actor, second), NOW, 3).run(db).await?;
    }
    // Neither another actor nor another action is among them, nor what was before.
    audit::insert_bounded(&denial(other, 5), NOW, 3).run(db).await?;
    let (once, last) = (json!({ "code": "x" }), json!({ "code": "x", "furtherNotWritten": true }));
    same(details(db, actor).await?, [once.clone(), once.clone(), last])?;
    same(details(db, other).await?, std::slice::from_ref(&once))?;
    let failed = AuditEvent { action: Action::SignInFailed, ..denial(actor, 6) };
    audit::insert_bounded(&failed, NOW, 1).run(db).await?;
    audit::insert_bounded(&AuditEvent { target_id: String::new(), ..denial(actor, 6) }, NOW, 1)
        .run(db)
        .await?;
    audit::insert_bounded(&denial(actor, 7), later(4), 1).run(db).await?;
    same(details(db, actor).await?.len(), 6)?;
    // Where nobody is signed in, nobody is one actor.
    for second in 8..10 {
        audit::insert_bounded(&denial(None, second), later(8), 1).run(db).await?;
    }
    let written =
        sql("SELECT count(*) AS n FROM audit_log WHERE actor_id IS NULL AND action = 'access.denied'", []);
    same(count(db, written).await?, 1)
}

pub(crate) async fn session_that_is_replaced_is_told_of(db: &impl Db) -> Check {
    let owner = user(db).await?;
    let session = session(db, owner).await?;
    let actor = user_id();
    for token in [session.token_hash, token_hash()] {
        let (id, at) = (audit_event_id(NOW), NOW);
        let (actor, request_id) = (Some(actor), "r");
        let event = SessionReplaced { id, at, token: &token, actor, request_id, client_address: None };
        audit::insert_session_replaced(&event).run(db).await?;
    }
    same(details(db, Some(actor)).await?, [json!({ "reason": "replaced", "userId": owner })])?;
    sessions::delete(session.id).run(db).await?;
    let filter = Filter { target: Some(("session".to_owned(), session.id.to_string())), ..Filter::default() };
    same(newest(db, &filter).await?.tenant.as_deref(), Some("default"))
}

pub(crate) async fn flags_are_told_of_when_they_change(db: &impl Db) -> Check {
    let run = format!("flags {}", number());
    let before = value(db, sql("SELECT flags FROM audit_meta", [])).await?;
    let before = before.as_str().map(serde_json::from_str).transpose();
    let before: Option<Value> = before.map_err(|error| Failure::new(error.to_string()))?;
    let (off, on) = (json!({ run.as_str(): "off" }), json!({ run.as_str(): "on" }));
    for flags in [&off, &off, &on, &on] {
        db.batch(audit_meta::tell_flags(audit_event_id(NOW), NOW, &run, flags).to_vec()).await?;
    }
    let filter = Filter { request_id: Some(run), ..Filter::default() };
    let told = page(db, &filter, 10).await?;
    let told: Vec<Value> = told.into_iter().map(|event| event.details).collect();
    same(told.len(), 2)?;
    for expected in [json!({ "before": before, "after": off }), json!({ "before": off, "after": on })] {
        same(told.contains(&expected), true)?;
    }
    Ok(())
}

pub(crate) async fn oldest_events_are_removed_by_telling_of_it(db: &impl Db) -> Check {
    // Older than all that other cases write, and later than the cut-off that an earlier run has left.
    let run = number();
    let old =
        |second: u64| NOW.minus(Duration::from_secs(1_000_000)).plus(Duration::from_secs(10 * run + second));
    let before = (&AuditEventId::first_at(old(0))).into();
    let older = count(db, sql("SELECT count(*) AS n FROM audit_log WHERE id < ?1", [before])).await?;
    let older = u32::try_from(older).unwrap_or_default();
    let (ours, removal) = (format!("old {run}"), format!("removal {run}"));
    for second in 0..5 {
        audit::insert(&AuditEvent { request_id: ours.clone(), ..event_at(old(second)) }).run(db).await?;
    }
    let remove = async |most: u32| -> Check<Vec<u32>> {
        let (id, at, before) = (audit_event_id(NOW), NOW, old(4));
        let removal = Removal { id, at, before, most, request_id: &removal, retention_days: 30 };
        let rows = db.batch(audit_meta::remove(&removal).to_vec()).await?;
        let told: Vec<Removed> = decode("removal", rows.into_iter().next().unwrap_or_default())?;
        Ok(told.into_iter().map(|told| told.removed).collect())
    };
    let left = async || {
        let ours = ours.as_str().into();
        count(db, sql("SELECT count(*) AS n FROM audit_log WHERE request_id = ?1", [ours])).await
    };
    same(remove(older + 3).await?, [older + 3])?;
    same(left().await?, 2)?;
    same(remove(1_000).await?, [1])?;
    same(remove(1_000).await?, [0; 0])?;
    same(left().await?, 1)?;
    // Nothing can be written where everything is removed.
    guarded(audit::insert(&event_at(old(0))).run(db).await, "audit_append_only")?;

    let filter = Filter { request_id: Some(removal.clone()), ..Filter::default() };
    let told = page(db, &filter, 10).await?;
    same(told.len(), 2)?;
    let last = told.into_iter().find(|event| event.details["removed"] == 1);
    let last = last.map(|event| event.details).unwrap_or_default();
    let time = json!(old(3).to_string());
    same((&last["from"], &last["to"], &last["retentionDays"]), (&time, &time, &json!(30)))
}
