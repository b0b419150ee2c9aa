//! What is known about a rollout, read in one batch.

use accounts::{PermissionId, Timestamp, UserId};
use rbac::Grant;
use store::rollout::{self, Report};
use store::telemetry::{self, Count, Exercised, UserCount};
use store::{Db, role_permissions};

use crate::check::{Check, same, some};
use crate::fixture::{number, permission_id, role, role_id, rows_of, sql, user};

const DAY_MILLIS: i64 = 86_400_000;

/// A day later than everything that any case has counted.
fn day() -> Timestamp {
    let number = i64::try_from(number()).unwrap_or_default();
    Timestamp::from_millis((1_000_000 + number) * DAY_MILLIS)
}

/// A permission of any name, as only SQL can make it.
async fn permission_named(db: &impl Db, name: &str) -> Check<PermissionId> {
    let id = permission_id();
    let insert = "INSERT INTO permissions (id, name, created_at) VALUES (?1, ?2, 0)";
    sql(insert, [(&id).into(), name.into()]).run(db).await?;
    Ok(id)
}

async fn report(db: &impl Db, since: Timestamp, rows: u32) -> Check<Report> {
    Ok(rollout::report(db, since, rows).await?)
}

pub(crate) async fn report_sums_by_day_route_permission_and_user(db: &impl Db) -> Check {
    let (monday, tuesday) = (day(), day());
    let (ada, bob, gone) = (user(db).await?, user(db).await?, UserId::from_u128(u128::from(number())));
    let count = |day, finding, route: &str, permission: &str, count| Count {
        day,
        finding,
        mode: "report",
        route: route.into(),
        permission: permission.into(),
        count,
    };
    let counts = [
        count(monday, "would_deny", "PUT /a", "a:write", 3),
        count(tuesday, "would_deny", "PUT /a", "a:write", 4),
        count(tuesday, "would_deny", "PUT /b", "a:write", 1),
        count(tuesday, "denied", "GET /c", "", 9),
    ];
    telemetry::add(&counts).run(db).await?;
    let by = |user_id, permission: &str, count| UserCount {
        day: tuesday,
        finding: "would_deny",
        user_id,
        mode: "report",
        permission: permission.into(),
        count,
    };
    let counts =
        [by(ada, "a:write", 1), by(ada, "b:write", 1), by(bob, "a:write", 5), by(gone, "a:write", 1)];
    telemetry::add_by_user(&counts, tuesday, 100).run(db).await?;
    let route = format!("GET /{}", number());
    telemetry::exercise(&[Exercised { route: route.clone(), day: monday }]).run(db).await?;

    let whole = report(db, monday, 10).await?;
    let days: Vec<_> = whole.days.iter().map(|row| (row.day, row.finding.as_str(), row.count)).collect();
    same(days, [(monday, "would_deny", 3), (tuesday, "denied", 9), (tuesday, "would_deny", 5)])?;
    let routes: Vec<_> = whole
        .routes
        .iter()
        .map(|row| (row.finding.as_str(), row.route.as_str(), row.permission.as_str(), row.count, row.of_all))
        .collect();
    same(
        routes,
        [
            ("denied", "GET /c", "", 9, 1),
            ("would_deny", "PUT /a", "a:write", 7, 2),
            ("would_deny", "PUT /b", "a:write", 1, 2),
        ],
    )?;
    let permissions: Vec<_> = whole
        .permissions
        .iter()
        .map(|row| (row.finding.as_str(), row.permission.as_str(), row.count, row.of_all))
        .collect();
    same(permissions, [("denied", "", 9, 1), ("would_deny", "a:write", 8, 1)])?;
    let users: Vec<_> = whole
        .users
        .iter()
        .map(|row| (row.user_id, row.email.is_some(), row.permissions.join(" "), row.count, row.of_all))
        .collect();
    same(
        users,
        [
            (bob, true, "a:write".to_owned(), 5, 3),
            (ada, true, "a:write b:write".to_owned(), 2, 3),
            (gone, false, "a:write".to_owned(), 1, 3),
        ],
    )?;
    let exercised = some(whole.exercised.iter().find(|row| row.route == route))?;
    same(exercised.exercised_on, monday)?;

    let cut = report(db, tuesday, 1).await?;
    same(cut.days.len(), 2)?;
    same((cut.routes.len(), cut.users.len(), cut.users.first().map(|row| row.of_all)), (2, 1, Some(3)))
}

pub(crate) async fn report_names_what_no_role_grants_and_nobody_has(db: &impl Db) -> Check {
    let resource = format!("rollout{}", number());
    let (exact, alone, covered) =
        (format!("{resource}:a"), format!("{resource}:b"), format!("{resource}x:a"));
    let role = role(db, &[]).await?;
    for name in [&exact, &covered, &alone] {
        permission_named(db, name).await?;
    }
    let grant = "INSERT INTO role_permissions (role_id, permission_id) SELECT ?1, id FROM permissions WHERE name = ?2";
    sql(grant, [(&role).into(), exact.as_str().into()]).run(db).await?;
    let wildcard = permission_named(db, &format!("{resource}x:*")).await?;
    role_permissions::insert(role, wildcard).run(db).await?;
    let found = report(db, day(), 1_000).await?;
    let named = |name: &String| found.not_granted.iter().any(|row| row.name == *name);
    same((named(&exact), named(&covered), named(&alone)), (false, false, true))?;
    same(
        some(found.not_granted.first())?.of_all,
        u64::try_from(found.not_granted.len()).unwrap_or_default(),
    )?;
    same(found.not_held.iter().any(|row| row.id == role), true)?;
    same(found.not_held.iter().any(|row| row.id == role_id()), false)
}

/// Whatever is no grant is among the suspects, and hardly anything else.
pub(crate) async fn every_unreadable_grant_is_suspect(db: &impl Db) -> Check {
    let role = role(db, &[]).await?;
    let (part, long) = ("p".repeat(64), "p".repeat(65));
    let number = number();
    let names = [
        format!("r{number}:read"),
        format!("r{number}:*"),
        format!("*:r{number}"),
        format!("r{number}.a_b-c:d_e.f-1"),
        format!("r{number}:{part}"),
        format!("myadmin{number}:read"),
        format!("R{number}:read"),
        format!("r{number}:read "),
        format!(" r{number}:read"),
        format!("r{number}"),
        format!("r{number}:"),
        format!(":r{number}"),
        format!("r{number}:a:b"),
        format!("r{number}:1a"),
        format!("{number}r:a"),
        format!("-r{number}:a"),
        format!("r{number}:a*"),
        format!("r{number}:*a"),
        format!("r{number}*:a"),
        format!("*r{number}:a"),
        format!("r{number}:{long}"),
        format!("{long}{number}:a"),
        format!("r{number}:é"),
        format!("admin:r{number}"),
        format!("r{number}:a\n"),
    ];
    for name in &names {
        role_permissions::insert(role, permission_named(db, name).await?).run(db).await?;
    }
    let role_name = rows_of(db, sql("SELECT name FROM roles WHERE id = ?1", [(&role).into()])).await?;
    let role_name = some(role_name.first().and_then(|row| row["name"].as_str().map(str::to_owned)))?;
    let found = report(db, day(), 10).await?;
    for name in &names {
        let suspect = found.suspects.iter().any(|row| row.role == role_name && row.grant == *name);
        same((name, suspect), (name, Grant::parse(name).is_err()))?;
    }
    // Other cases look at the whole catalogue too.
    let gone = sql("DELETE FROM role_permissions WHERE role_id = ?1", [(&role).into()]);
    gone.run(db).await?;
    for name in names.iter().filter(|name| Grant::parse(name).is_err()) {
        sql("DELETE FROM permissions WHERE name = ?1", [name.as_str().into()]).run(db).await?;
    }
    Ok(())
}
