//! What is recorded of decisions: each denial, and each difference that enforcement would make.
//!
//! Each is one line in the log and one event in Workers Analytics Engine, where that is bound, and counts up in the
//! database by day, permission, route and mode ([`counters`]). All of that comes after the response or without waiting, and
//! none of it can fail a request.

mod counters;

use std::sync::Arc;
use std::time::Duration;

use enforce::{Decision, Finding, Mode};
use http::StatusCode;
use http_kit::{Level, Outcome, Problem, Request};
use rbac::Permission;
use serde_json::json;
use store::{Db, StoreError};

use crate::app::{App, Platform};
use counters::Found;

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
    /// A decision on a protected endpoint.
    pub(crate) fn of(decision: &Decision<'_>) -> Self {
        Self {
            mode: Some(decision.mode),
            cohort: decision.cohort.map(ToString::to_string),
            denied: !decision.allowed,
            finding: decision.finding,
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
    let route = (request.context.method.clone(), request.context.route().unwrap_or_default());
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
        tell(app, request, &Told { finding, permission, decision, note, problem });
        let user = request.context.identity().map(|identity| identity.user_id);
        let mode = note.mode.map_or(ALWAYS, Mode::as_str);
        app.counters.count(Found { finding, mode, route, permission: permission.to_owned(), user }, now);
    }
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

fn tell<P: Platform>(app: &App<P>, request: &Request, told: &Told<'_>) {
    let Told { finding, permission, decision, note, problem } = told;
    let context = &request.context;
    let identity = context.identity();
    let mode = note.mode.map_or(ALWAYS, Mode::as_str);
    let line = json!({
        "message": match finding {
            Finding::Denied => "denied",
            Finding::WouldDeny => "enforcement would deny this",
            Finding::WouldAllow => "enforcement would allow this",
            Finding::Failed => "access could not be evaluated",
        },
        "requestId": context.request_id,
        "userId": identity.map(|identity| identity.user_id),
        "tenant": identity.map(|identity| &identity.tenant),
        "method": context.method.as_str(),
        "route": context.route(),
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
    app.runtime.log(level, &line);

    let Some(analytics) = &app.analytics else { return };
    let route = format!("{} {}", context.method, context.route().unwrap_or_default());
    let user = identity.map(|identity| identity.user_id.to_string()).unwrap_or_default();
    let texts = [
        finding.as_str(),
        mode,
        &route,
        permission,
        decision,
        note.cohort.as_deref().unwrap_or_default(),
        &user,
        identity.map_or("", |identity| &identity.tenant),
        &context.request_id,
    ];
    if let Err(error) = analytics.write(&route, &texts) {
        let line = json!({
            "message": "Analytics Engine does not take events", "requestId": context.request_id,
            "cause": error.to_string(),
        });
        app.runtime.log(Level::Warn, &line);
    }
}

/// Writes down what this isolate has counted. What can't be written is kept for the next time.
pub async fn flush<P: Platform>(app: &App<P>) {
    let now = app.runtime.now();
    let Some(pending) = app.counters.take(now) else { return };
    if let Err(error) = app.db.batch(pending.statements(now)).await {
        app.counters.put_back(pending);
        let message = "what was counted of decisions is not written down yet";
        app.runtime.log(Level::Warn, &json!({ "message": message, "cause": error.to_string() }));
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
