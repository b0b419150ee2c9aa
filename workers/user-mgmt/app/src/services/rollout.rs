//! Where a rollout stands: what was counted of decisions, the defects of the role matrix and of the configuration, and
//! what follows from them for switching enforcement on.

use std::time::Duration;

use accounts::Timestamp;
use api::{
    Findings, MatrixDefects, PermissionFindings, Readiness, ReadinessReason, Rollout, RolloutDay,
    RolloutFlags, RouteFindings, Top, UnexercisedRoute, UngrantedPermission, UnheldRole, UnreadableGrant,
    UserFindings,
};
use enforce::{Finding, Mode};
use http_kit::{Access, Route};
use rbac::Grant;
use store::StoreError;
use store::rollout::{self, Report, Suspect};

use crate::app::{App, Platform};

/// How long a list is at most.
const ITEMS: u32 = 50;
const DAY: Duration = Duration::from_hours(24);

/// A protected route.
#[derive(Clone, Debug)]
pub(crate) struct Protected {
    route: String,
    permission: String,
}

impl Protected {
    /// A row of the route table.
    pub(crate) fn of(route: &Route) -> Self {
        let permission = match &route.access {
            Access::Permission(permission) | Access::OwnOr(permission) => permission.to_string(),
            Access::Public | Access::Binding | Access::Session | Access::SessionOrToken => String::new(),
        };
        Self { route: format!("{} {}", route.method, route.path), permission }
    }
}

/// Reports on the last `days` days, today included, in one round trip.
pub(crate) async fn report<P: Platform>(
    app: &App<P>,
    days: u32,
    protected: Vec<Protected>,
) -> Result<Rollout, StoreError> {
    let now = app.runtime.now();
    let from = now.floor(DAY).minus(DAY * (days - 1));
    let report = rollout::report(&app.db, from, ITEMS).await?;
    let enforcement = &app.config.enforcement;
    let exercised = |route: &str| {
        report.exercised.iter().find(|found| found.route == route).map(|found| found.exercised_on)
    };
    let idle: Vec<UnexercisedRoute> = protected
        .iter()
        .filter(|row| exercised(&row.route).is_none_or(|day| day < from))
        .map(|row| UnexercisedRoute {
            route: row.route.clone(),
            permission: row.permission.clone(),
            last_exercised: exercised(&row.route).map(Into::into),
        })
        .collect();
    let mut rollout = Rollout {
        generated_at: now.into(),
        from: from.into(),
        days,
        flags: RolloutFlags {
            rbac_enabled: app.config.rbac_enabled,
            user_mgmt_core: app.config.user_mgmt_core,
            enforce: enforcement.mode.as_str().to_owned(),
            enforce_for: enforcement.cohorts.iter().map(ToString::to_string).collect(),
        },
        configuration_defects: app.config.defects.clone(),
        would_deny: findings(&report, Finding::WouldDeny),
        would_allow: findings(&report, Finding::WouldAllow),
        denied: findings(&report, Finding::Denied),
        evaluation_errors: findings(&report, Finding::Failed),
        by_day: by_day(&report, from, days),
        matrix: matrix(report, idle),
        readiness: Readiness { ready: false, reasons: Vec::new() },
    };
    rollout.readiness = readiness(&rollout, enforcement.mode, protected.len());
    Ok(rollout)
}

fn findings(report: &Report, finding: Finding) -> Findings {
    let name = finding.as_str();
    let asked = |permission: &str| (!permission.is_empty()).then(|| permission.to_owned());
    let routes = report.routes.iter().filter(|row| row.finding == name);
    let permissions = report.permissions.iter().filter(|row| row.finding == name);
    let users = report.users.iter().filter(|row| row.finding == name);
    Findings {
        count: report.days.iter().filter(|row| row.finding == name).map(|row| row.count).sum(),
        routes: top(routes.map(|row| {
            let permission = asked(&row.permission);
            (row.of_all, RouteFindings { route: row.route.clone(), permission, count: row.count })
        })),
        permissions: top(permissions.map(|row| {
            (row.of_all, PermissionFindings { permission: asked(&row.permission), count: row.count })
        })),
        users: top(users.map(|row| {
            let permissions = row.permissions.iter().filter_map(|permission| asked(permission)).collect();
            let (user_id, username) = (row.user_id, row.email.clone());
            (row.of_all, UserFindings { user_id, username, permissions, count: row.count })
        })),
    }
}

/// Every row says how many there are.
fn top<T>(rows: impl Iterator<Item = (u64, T)>) -> Top<T> {
    let (counts, items): (Vec<u64>, Vec<T>) = rows.unzip();
    Top { total: counts.first().copied().unwrap_or_default(), items }
}

fn by_day(report: &Report, from: Timestamp, days: u32) -> Vec<RolloutDay> {
    (0..days)
        .map(|number| {
            let day = from.plus(DAY * number);
            let count = |finding: Finding| {
                let found = report.days.iter().find(|row| row.day == day && row.finding == finding.as_str());
                found.map_or(0, |row| row.count)
            };
            RolloutDay {
                day: day.into(),
                denied: count(Finding::Denied),
                would_deny: count(Finding::WouldDeny),
                would_allow: count(Finding::WouldAllow),
                evaluation_errors: count(Finding::Failed),
            }
        })
        .collect()
}

fn matrix(report: Report, routes_not_exercised: Vec<UnexercisedRoute>) -> MatrixDefects {
    let mut unreadable: Vec<UnreadableGrant> = report.suspects.into_iter().filter_map(unreadable).collect();
    let total = u64::try_from(unreadable.len()).unwrap_or(u64::MAX);
    unreadable.truncate(ITEMS as usize);
    MatrixDefects {
        permissions_without_role: top(report.not_granted.into_iter().map(|row| {
            let application = Some(row.application).filter(|application| !application.is_empty());
            (row.of_all, UngrantedPermission { name: row.name, application, system: row.system })
        })),
        roles_without_users: top(report
            .not_held
            .into_iter()
            .map(|row| (row.of_all, UnheldRole { id: row.id, name: row.name }))),
        unreadable_grants: Top { total, items: unreadable },
        routes_not_exercised,
    }
}

fn unreadable(suspect: Suspect) -> Option<UnreadableGrant> {
    let error = Grant::parse(&suspect.grant).err()?.to_string();
    Some(UnreadableGrant { role: suspect.role, grant: suspect.grant, error })
}

/// What speaks against switching enforcement on for everyone comes first.
fn readiness(rollout: &Rollout, mode: Mode, protected: usize) -> Readiness {
    let mut reasons = Vec::new();
    let mut add = |holds: bool, blocking: bool, code: &str, detail: String| {
        if holds {
            reasons.push(ReadinessReason { code: code.to_owned(), blocking, detail });
        }
    };
    let (matrix, days) = (&rollout.matrix, rollout.days);
    let (denied, users) = (rollout.would_deny.count, rollout.would_deny.users.total);
    let idle = matrix.routes_not_exercised.len();
    let unseen = idle == protected;
    add(
        mode == Mode::Off,
        true,
        "not_reporting",
        "USER_MGMT_ENFORCE is off, so nothing is compared: set it to `report`".to_owned(),
    );
    add(
        unseen,
        true,
        "nothing_observed",
        format!("no protected route came to a decision within {days} days, so nothing is known"),
    );
    add(
        denied > 0,
        true,
        "would_deny",
        format!("enforcement would have denied {denied} requests that were allowed; users: {users}"),
    );
    add(
        rollout.evaluation_errors.count > 0,
        true,
        "evaluation_errors",
        format!("RBAC could not be evaluated for {} requests", rollout.evaluation_errors.count),
    );
    add(
        matrix.unreadable_grants.total > 0,
        true,
        "unreadable_grants",
        format!("{} grants of roles can't be read and grant nothing", matrix.unreadable_grants.total),
    );
    add(
        rollout.would_allow.count > 0,
        false,
        "would_allow",
        format!("enforcement would have allowed {} requests that were denied", rollout.would_allow.count),
    );
    add(
        idle > 0 && !unseen,
        false,
        "routes_not_exercised",
        format!("{idle} of {protected} protected routes came to no decision within {days} days"),
    );
    add(
        !rollout.configuration_defects.is_empty(),
        false,
        "configuration",
        format!("{} things in the configuration look wrong", rollout.configuration_defects.len()),
    );
    Readiness { ready: reasons.iter().all(|reason| !reason.blocking), reasons }
}
