use accounts::{RoleId, Timestamp, UserId};
use api::{
    DateTime, Findings, MatrixDefects, PermissionFindings, Readiness, ReadinessReason, Rollout, RolloutDay,
    RolloutFlags, RouteFindings, Top, UnexercisedRoute, UngrantedPermission, UnheldRole, UnreadableGrant,
    UserFindings,
};
use askama::Template;
use rbac::catalogue::{ROLES_READ, USERS_READ};

use super::chart::Chart;
use super::field::Choice;
use super::viewer::Section;
use super::{Moment, RefusedFilter, Samples, Viewer};
use crate::reader::Reader;
use crate::user_mgmt::Refusal;

/// How many of the most frequent a page lists.
const LISTED: usize = 10;

/// The fields of the filter.
const FIELDS: [(&str, &str); 1] = [("days", "The last")];

/// `/admin/rollout`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/rollout.html")]
pub struct RolloutPage {
    viewer: Viewer,
    windows: Vec<Choice>,
    /// What user-mgmt reported, or why it did not.
    report: Result<Report, RefusedFilter>,
}

#[derive(Clone, Debug)]
struct Report {
    generated: Moment,
    flags: RolloutFlags,
    configuration_defects: Vec<String>,
    readiness: Readiness,
    chart: Chart,
    findings: Vec<Found>,
    matrix: MatrixDefects,
    may_read_users: bool,
    may_read_roles: bool,
}

/// What was found of one kind.
#[derive(Clone, Debug)]
struct Found {
    id: &'static str,
    title: &'static str,
    meaning: &'static str,
    findings: Findings,
}

impl RolloutPage {
    /// The page of `reader`, with this report on the last `days`.
    pub fn new(reader: &Reader, days: &str, rollout: Rollout) -> Self {
        let (users, roles) = (reader.may(&USERS_READ), reader.may(&ROLES_READ));
        Self::of(Viewer::new(reader, Section::Rollout), days, rollout, users, roles)
    }

    /// The page with a window that can't be reported on.
    pub(crate) fn refused(reader: &Reader, days: &str, refusal: &Refusal) -> Self {
        let viewer = Viewer::new(reader, Section::Rollout);
        Self { viewer, windows: windows(days), report: Err(RefusedFilter::new(refusal, &FIELDS)) }
    }

    fn of(viewer: Viewer, days: &str, rollout: Rollout, may_read_users: bool, may_read_roles: bool) -> Self {
        let found = |id, title, meaning, findings: Findings| Found { id, title, meaning, findings };
        let mut matrix = rollout.matrix;
        matrix.permissions_without_role.items.truncate(LISTED);
        matrix.roles_without_users.items.truncate(LISTED);
        matrix.unreadable_grants.items.truncate(LISTED);
        let report = Report {
            generated: rollout.generated_at.into(),
            flags: rollout.flags,
            configuration_defects: rollout.configuration_defects,
            readiness: rollout.readiness,
            chart: Chart::new(&rollout.by_day),
            findings: vec![
                found(
                    "would-deny",
                    "Enforcement would deny",
                    "Allowed until now. Give these people a role with the permission, or accept the denial.",
                    rollout.would_deny,
                ),
                found(
                    "would-allow",
                    "Enforcement would allow",
                    "Denied until now. See whether these people are meant to be allowed this.",
                    rollout.would_allow,
                ),
                found(
                    "denied",
                    "Denied",
                    "Denied, and enforcement changes nothing about it.",
                    rollout.denied,
                ),
                found(
                    "failed",
                    "Not decided",
                    "Roles could not be read when these were decided. The log says why.",
                    rollout.evaluation_errors,
                ),
            ],
            matrix,
            may_read_users,
            may_read_roles,
        };
        Self { viewer, windows: windows(days), report: Ok(report) }
    }
}

impl Report {
    fn has_matrix_defects(&self) -> bool {
        let MatrixDefects {
            permissions_without_role,
            roles_without_users,
            unreadable_grants,
            routes_not_exercised,
        } = &self.matrix;
        permissions_without_role.total + roles_without_users.total + unreadable_grants.total > 0
            || !routes_not_exercised.is_empty()
    }
}

impl Found {
    fn routes(&self) -> &[RouteFindings] {
        listed(&self.findings.routes)
    }

    fn permissions(&self) -> &[PermissionFindings] {
        listed(&self.findings.permissions)
    }

    fn users(&self) -> &[UserFindings] {
        listed(&self.findings.users)
    }
}

fn listed<T>(top: &Top<T>) -> &[T] {
    top.items.get(..LISTED).unwrap_or(&top.items)
}

fn windows(days: &str) -> Vec<Choice> {
    let known = [("1", "Today"), ("7", "7 days"), ("30", "30 days"), ("90", "90 days")];
    let choice = |(value, label): (&str, &str)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen: value == days,
    };
    let mut windows: Vec<Choice> = known.into_iter().map(choice).collect();
    if windows.iter().all(|window| !window.chosen) {
        windows.push(choice((days, days)));
    }
    windows
}

/// What a report has of one kind, for samples.
fn sample_findings(text: &str, count: u64) -> Findings {
    let permission = Some(text.to_owned());
    let route = RouteFindings { route: text.to_owned(), permission: permission.clone(), count };
    let user = |username| UserFindings {
        user_id: UserId::from_u128(7),
        username,
        permissions: vec![text.to_owned()],
        count,
    };
    let known = accounts::Email::parse("ada@example.com").ok();
    Findings {
        count,
        routes: Top { total: 60, items: vec![route] },
        permissions: Top { total: 2, items: vec![PermissionFindings { permission, count }] },
        users: Top { total: 2, items: vec![user(known), user(None)] },
    }
}

impl Samples for RolloutPage {
    const NAME: &'static str = "rollout";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let time = |days: i64| DateTime(Timestamp::from_millis(1_769_817_600_000 + days * 86_400_000));
        let none = || Findings {
            count: 0,
            routes: Top { total: 0, items: Vec::new() },
            permissions: Top { total: 0, items: Vec::new() },
            users: Top { total: 0, items: Vec::new() },
        };
        let reason =
            |blocking| ReadinessReason { code: "would_deny".to_owned(), blocking, detail: text.to_owned() };
        let day = |number: i64, count: u64| RolloutDay {
            day: time(number),
            denied: count,
            would_deny: count * 2,
            would_allow: 1,
            evaluation_errors: 0,
        };
        let busy = Rollout {
            generated_at: time(7),
            from: time(0),
            days: 7,
            flags: RolloutFlags {
                rbac_enabled: true,
                user_mgmt_core: true,
                enforce: "report".to_owned(),
                enforce_for: vec![text.to_owned()],
            },
            configuration_defects: vec![text.to_owned()],
            matrix: MatrixDefects {
                permissions_without_role: Top {
                    total: 1,
                    items: vec![UngrantedPermission {
                        name: text.to_owned(),
                        application: Some(text.to_owned()),
                        system: false,
                    }],
                },
                roles_without_users: Top {
                    total: 1,
                    items: vec![UnheldRole { id: RoleId::MEMBER, name: text.to_owned() }],
                },
                unreadable_grants: Top {
                    total: 1,
                    items: vec![UnreadableGrant {
                        role: text.to_owned(),
                        grant: text.to_owned(),
                        error: text.to_owned(),
                    }],
                },
                routes_not_exercised: vec![UnexercisedRoute {
                    route: text.to_owned(),
                    permission: text.to_owned(),
                    last_exercised: Some(time(0)),
                }],
            },
            would_deny: sample_findings(text, 12),
            would_allow: sample_findings(text, 1),
            denied: sample_findings(text, 1),
            evaluation_errors: none(),
            by_day: (0..7).zip([3, 0, 5, 9, 1, 0, 4]).map(|(number, count)| day(number, count)).collect(),
            readiness: Readiness { ready: false, reasons: vec![reason(true), reason(false)] },
        };
        let quiet = Rollout {
            flags: RolloutFlags { enforce_for: Vec::new(), enforce: "on".to_owned(), ..busy.flags.clone() },
            configuration_defects: Vec::new(),
            matrix: MatrixDefects {
                permissions_without_role: Top { total: 0, items: Vec::new() },
                roles_without_users: Top { total: 0, items: Vec::new() },
                unreadable_grants: Top { total: 0, items: Vec::new() },
                routes_not_exercised: Vec::new(),
            },
            would_deny: none(),
            would_allow: none(),
            denied: none(),
            evaluation_errors: none(),
            by_day: vec![],
            readiness: Readiness { ready: true, reasons: Vec::new() },
            ..busy.clone()
        };
        let viewer = || Viewer::sample(text, Section::Rollout);
        vec![
            ("busy", Self::of(viewer(), "7", busy, true, true)),
            ("quiet", Self::of(viewer(), "7", quiet, false, false)),
            (
                "refused",
                Self {
                    viewer: viewer(),
                    windows: windows(text),
                    report: Err(RefusedFilter::sample(text, &FIELDS)),
                },
            ),
        ]
    }
}
