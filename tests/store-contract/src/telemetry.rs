//! What is counted of decisions.

use accounts::Timestamp;
use serde_json::{Value, json};
use store::telemetry::{self, Count, Exercised, MinuteCount, UserCount};
use store::{Db, outbox};

use crate::check::{Check, none, same, some};
use crate::fixture::{later, number, outbox_id, rows_of, sql, user_id};

const DAY_MILLIS: i64 = 86_400_000;

/// A day that no other case counts on, long ago.
fn day() -> Timestamp {
    let number = i64::try_from(number()).unwrap_or_default();
    Timestamp::from_millis((10_000 + number) * DAY_MILLIS)
}

fn count(day: Timestamp, finding: &'static str, route: &str, count: u64) -> Count {
    Count { day, finding, mode: "report", route: route.into(), permission: "docs:write".into(), count }
}

async fn counted(db: &impl Db, day: Timestamp) -> Check<Vec<Value>> {
    let statement =
        "SELECT finding, mode, route, permission, count FROM authz_counters WHERE day = ?1 ORDER BY route";
    Ok(rows_of(db, sql(statement, [day.into()])).await?)
}

pub(crate) async fn counts_add_up_by_day_finding_mode_route_and_permission(db: &impl Db) -> Check {
    let (monday, tuesday) = (day(), day());
    let counts = [count(monday, "denied", "GET /a", 2), count(monday, "would_deny", "GET /b", 1)];
    telemetry::add(&counts).run(db).await?;
    let counts = [count(monday, "denied", "GET /a", 40), count(tuesday, "denied", "GET /a", 1)];
    telemetry::add(&counts).run(db).await?;
    let row = |finding: &str, route: &str, count: u64| json!({ "finding": finding, "mode": "report", "route": route, "permission": "docs:write", "count": count });
    same(counted(db, monday).await?, [row("denied", "GET /a", 42), row("would_deny", "GET /b", 1)])?;
    same(counted(db, tuesday).await?, [row("denied", "GET /a", 1)])
}

pub(crate) async fn users_are_named_up_to_the_limit_of_a_day(db: &impl Db) -> Check {
    let day = day();
    let by = |user_id, permission: &str, count| UserCount {
        day,
        finding: "denied",
        user_id,
        mode: "on",
        permission: permission.into(),
        count,
    };
    let (one, other, late) = (user_id(), user_id(), user_id());
    let counts = [by(one, "docs:write", 1), by(other, "docs:write", 5)];
    telemetry::add_by_user(&counts, day, 3).run(db).await?;
    telemetry::add_by_user(&[by(one, "docs:read", 7)], day, 3).run(db).await?;
    // The day is full: who is there counts on, who is not stays out.
    telemetry::add_by_user(&[by(one, "docs:write", 1), by(late, "docs:write", 9)], day, 3).run(db).await?;
    let found = rows_of(
        db,
        sql(
            "SELECT user_id, permission, count FROM authz_user_counters WHERE day = ?1 ORDER BY count",
            [day.into()],
        ),
    )
    .await?;
    same(
        found,
        [
            json!({ "user_id": one, "permission": "docs:write", "count": 2 }),
            json!({ "user_id": other, "permission": "docs:write", "count": 5 }),
            json!({ "user_id": one, "permission": "docs:read", "count": 7 }),
        ],
    )
}

pub(crate) async fn minutes_add_up_from_any_minute_on(db: &impl Db) -> Check {
    // Later than everything before.
    let base = (100_000 + i64::try_from(number()).unwrap_or_default()) * DAY_MILLIS;
    let minute = |minute: i64| Timestamp::from_millis(base + minute * 60_000);
    let count = |at, finding, count| MinuteCount { minute: minute(at), finding, count };
    telemetry::add_by_minute(&[count(0, "denied", 1), count(1, "denied", 2), count(1, "failed", 4)])
        .run(db)
        .await?;
    telemetry::add_by_minute(&[count(1, "denied", 8)]).run(db).await?;
    let sums = async |from| -> Check<Vec<(String, u64)>> {
        let sums = telemetry::since(minute(from)).all(db).await?;
        Ok(sums.into_iter().map(|sum| (sum.finding, sum.count)).collect())
    };
    same(sums(0).await?, [("denied".to_owned(), 11), ("failed".to_owned(), 4)])?;
    same(sums(1).await?, [("denied".to_owned(), 10), ("failed".to_owned(), 4)])?;
    same(sums(2).await?.len(), 0)
}

pub(crate) async fn routes_keep_the_last_day_of_use(db: &impl Db) -> Check {
    let route = format!("GET /{}", number());
    let day = |day: i64| Timestamp::from_millis(day * DAY_MILLIS);
    for used in [day(7), day(9), day(8)] {
        telemetry::exercise(&[Exercised { route: route.clone(), day: used }]).run(db).await?;
    }
    let statement = sql("SELECT exercised_on FROM authz_routes WHERE route = ?1", [route.as_str().into()]);
    same(rows_of(db, statement).await?, [json!({ "exercised_on": day(9).as_millis() })])
}

pub(crate) async fn what_is_old_is_forgotten(db: &impl Db) -> Check {
    // Earlier than every other case.
    let day = |day: i64| Timestamp::from_millis(day * DAY_MILLIS);
    db.batch(telemetry::forget(day(3), day(3))).await?;
    telemetry::add(&[count(day(1), "denied", "GET /a", 1), count(day(2), "denied", "GET /a", 1)])
        .run(db)
        .await?;
    let minutes = [day(1), day(2)].map(|minute| MinuteCount { minute, finding: "denied", count: 1 });
    telemetry::add_by_minute(&minutes).run(db).await?;
    let user = user_id();
    let by_user = [day(1), day(2)].map(|day| UserCount {
        day,
        finding: "denied",
        user_id: user,
        mode: "on",
        permission: String::new(),
        count: 1,
    });
    telemetry::add_by_user(&by_user, day(2), 100).run(db).await?;
    db.batch(telemetry::forget(day(2), day(2))).await?;
    for statement in [
        "SELECT day FROM authz_counters WHERE day < 1000000000",
        "SELECT day FROM authz_user_counters WHERE day < 1000000000",
        "SELECT minute AS day FROM authz_minutes WHERE minute < 1000000000",
    ] {
        same(rows_of(db, sql(statement, [])).await?, [json!({ "day": day(2).as_millis() })])?;
    }
    Ok(())
}

pub(crate) async fn alert_is_written_once_in_a_window(db: &impl Db) -> Check {
    let alert = json!({ "text": "it's \"much\"" });
    sql("DELETE FROM authz_alerts", []).run(db).await?;
    for (now, not_since, written) in [(10, 0, true), (11, 1, false), (19, 9, false), (20, 10, true)] {
        let id = outbox_id();
        let statements = telemetry::alert(id, "send_alert", &alert, later(now), later(not_since));
        db.batch(statements.into()).await?;
        let found = outbox::by_id(id).first(db).await?;
        if !written {
            none(found)?;
            continue;
        }
        let found = some(found)?;
        same((found.payload, found.due_at, found.created_at), (alert.clone(), later(now), later(now)))?;
        outbox::delete(id).run(db).await?;
    }
    Ok(())
}
