//! What is recorded of decisions: each denial, and each difference that enforcement would make.
//!
//! Each is one line in the log and one event in Workers Analytics Engine, where that is bound, and counts up in the
//! database by day, permission, route and mode (`counters`). All of that comes after the response or without waiting, and
//! none of it can fail a request.

mod counters;

use std::sync::Arc;
use std::time::Duration;

use accounts::Timestamp;
use api::internal_api::{FindingCount, FindingsReport};
use enforce::{Finding, Mode};
use guard::Verdict;
use http::StatusCode;
use http_kit::{Level, Outcome, Problem, Request};
use rbac::{Permission, RoleName};
use serde_json::json;
use store::{Db, StoreError};

use crate::app::{App, Platform};
use counters::{Found, RouteKey};

pub use counters::Counters;

/// The mode of what needs its permission whatever the flags say.
const ALWAYS: &str = "always";
/// How long counts by minute are kept: longer than any window of an alert.
const MINUTES_KEPT: Duration = Duration::from_hours(48);

/// What is to be recorded of a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Note {
    /// The mode in effect for the caller; none where no flag has a say.
    mode: Option<Mode>,
    cohort: Option<String>,
    denied: bool,
    finding: Option<Finding>,
}

impl Note {
    /// A decision that the flags have a say in.
    pub(crate) fn of(verdict: &Verdict) -> Self {
        Self {
            mode: Some(verdict.mode),
            cohort: verdict.cohort.clone(),
            denied: verdict.result.is_err(),
            finding: verdict.finding,
        }
    }

    /// There was no decision, since what it rests on could not be read.
    pub(crate) fn failed() -> Self {
        Self { denied: true, finding: Some(Finding::Failed), ..Self::default() }
    }
}

/// Records a decision, and what came of it.
pub(crate) fn record<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    required: Option<&Permission>,
    note: &Note,
    outcome: &Outcome,
) {
    // Without roles there are no decisions, only the rule from before.
    if !app.config.rbac_enabled {
        return;
    }
    let now = app.runtime.now();
    let route = RouteKey::Own(request.context.method.clone(), request.context.route().unwrap_or_default());
    let problem = outcome.as_ref().err();
    let decided = note.finding != Some(Finding::Failed) && request.context.identity().is_some();
    if required.is_some() && decided {
        app.counters.exercise(&route, now);
    }
    // What a handler refuses is a denial as well: it would give away more than its caller holds.
    let forbidden = problem.is_some_and(|problem| problem.status() == StatusCode::FORBIDDEN);
    if let Some(finding) = note.finding.or(forbidden.then_some(Finding::Denied)) {
        let permission = required.map_or("", Permission::as_str);
        let decision = if note.denied || forbidden { "deny" } else { "allow" };
        let place = Place {
            application: None,
            method: Some(request.context.method.as_str()),
            route: request.context.route(),
            name: counters::name(&route),
        };
        tell(app, request, &place, &Told { finding, permission, decision, note, problem });
        let user = request.context.identity().map(|identity| identity.user_id);
        let mode = note.mode.map_or(ALWAYS, Mode::as_str);
        app.counters
            .count(Found { finding, mode, route, permission: permission.to_owned(), user, count: 1 }, now);
    }
    flush_later(app, request, now);
}

/// Records a decision that was made here for an application.
pub(crate) fn record_for<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    application: &RoleName,
    asked: &str,
    required: &str,
    verdict: &Verdict,
) {
    if !app.config.rbac_enabled {
        return;
    }
    let now = app.runtime.now();
    let name = format!("{application} {asked}");
    let route = RouteKey::OfApplication(name.clone());
    if verdict.finding != Some(Finding::Failed) {
        app.counters.exercise(&route, now);
    }
    if let Some(finding) = verdict.finding {
        let problem = verdict.result.as_ref().err();
        let note = Note::of(verdict);
        let decision = if note.denied { "deny" } else { "allow" };
        let told = Told { finding, permission: required, decision, note: &note, problem };
        let place = Place { application: Some(application), method: None, route: Some(asked), name };
        tell(app, request, &place, &told);
        let user = request.context.identity().map(|identity| identity.user_id);
        let mode = verdict.mode.as_str();
        app.counters
            .count(Found { finding, mode, route, permission: required.to_owned(), user, count: 1 }, now);
    }
    flush_later(app, request, now);
}

/// Counts what the guard of an application has found and logged.
pub(crate) fn take_over<P: Platform>(app: &Arc<App<P>>, request: &Request, report: FindingsReport) {
    if !app.config.rbac_enabled {
        return;
    }
    let now = app.runtime.now();
    let route = |name: &str| RouteKey::OfApplication(format!("{} {name}", report.application));
    for name in &report.routes {
        app.counters.exercise(&route(name), now);
    }
    for found in report.findings {
        let FindingCount { finding, mode, required: permission, user_id: user, count, .. } = found;
        let (mode, route) = (mode.as_str(), route(&found.route));
        app.counters.count(Found { finding, mode, route, permission, user, count }, now);
    }
    flush_later(app, request, now);
}

fn flush_later<P: Platform>(app: &Arc<App<P>>, request: &Request, now: Timestamp) {
    if let Some(wait) = app.counters.claim_flush(now) {
        let app = app.clone();
        request.context.defer(async move {
            app.runtime.sleep(wait).await;
            flush(&app).await;
        });
    }
}

/// What the log and Analytics Engine hear of a finding.
struct Told<'a> {
    finding: Finding,
    permission: &'a str,
    decision: &'static str,
    note: &'a Note,
    problem: Option<&'a Problem>,
}

/// Where it was found.
struct Place<'a> {
    application: Option<&'a RoleName>,
    method: Option<&'a str>,
    route: Option<&'a str>,
    /// As it is counted.
    name: String,
}

fn tell<P: Platform>(app: &App<P>, request: &Request, place: &Place<'_>, told: &Told<'_>) {
    let Told { finding, permission, decision, note, problem } = *told;
    let context = &request.context;
    let identity = context.identity();
    let mode = note.mode.map_or(ALWAYS, Mode::as_str);
    let fields = json!({
        "application": place.application,
        "method": place.method,
        "route": place.route,
        "required": permission,
        "decision": decision,
        "finding": finding.as_str(),
        "mode": mode,
        "cohort": note.cohort,
        "code": problem.map(Problem::code),
    });
    let level = match finding {
        Finding::Denied => Level::Info,
        Finding::WouldDeny | Finding::WouldAllow => Level::Warn,
        Finding::Failed => Level::Error,
    };
    context.log(level, finding.sentence(), fields);

    let Some(analytics) = &app.analytics else { return };
    let user = identity.map(|identity| identity.user_id.to_string()).unwrap_or_default();
    let texts = [
        finding.as_str(),
        mode,
        &place.name,
        permission,
        decision,
        note.cohort.as_deref().unwrap_or_default(),
        &user,
        identity.map_or("", |identity| &identity.tenant),
        &context.request_id,
    ];
    if let Err(error) = analytics.write(&place.name, &texts) {
        let fields = json!({ "cause": error.to_string() });
        context.log(Level::Warn, "Analytics Engine does not take events", fields);
    }
}

/// Writes down what this isolate has counted. What can't be written is kept for the next time.
pub async fn flush<P: Platform>(app: &App<P>) {
    let now = app.runtime.now();
    let Some(pending) = app.counters.take(now) else { return };
    if let Err(error) = app.db.batch(pending.statements(now)).await {
        app.counters.put_back(pending);
        let message = "what was counted of decisions is not written down yet";
        app.log(Level::Warn, message, json!({ "cause": error.to_string() }));
    }
}

/// Drops what is older than `TELEMETRY_RETENTION_DAYS`; the cron trigger calls this.
pub async fn forget<P: Platform>(app: &App<P>) -> Result<(), StoreError> {
    if !app.config.rbac_enabled {
        return Ok(());
    }
    let now = app.runtime.now();
    let statements = store::telemetry::forget(now.minus(app.config.telemetry_kept), now.minus(MINUTES_KEPT));
    app.db.batch(statements).await.map(|_| ())
}
