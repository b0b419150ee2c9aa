//! What is recorded of decisions: each denial, and each difference that enforcement would make.

use enforce::{Decision, Finding, Mode};
use http::StatusCode;
use http_kit::{Level, Outcome, Request};
use rbac::Permission;
use serde_json::json;

use crate::app::{App, Platform};

/// The mode of what needs its permission whatever the flags say.
const ALWAYS: &str = "always";

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

/// Records a decision, and what came of it. Nothing of this can fail the request.
pub(crate) fn record<P: Platform>(
    app: &App<P>,
    request: &Request,
    required: Option<&Permission>,
    note: &Note,
    outcome: &Outcome,
) {
    // Without roles there are no decisions, only the rule from before.
    if !app.config.rbac_enabled {
        return;
    }
    let problem = outcome.as_ref().err();
    // What a handler refuses is a denial as well: it would give away more than its caller holds.
    let forbidden = problem.filter(|problem| problem.status() == StatusCode::FORBIDDEN);
    let Some(finding) = note.finding.or(forbidden.map(|_| Finding::Denied)) else { return };
    let identity = request.context.identity();
    let line = json!({
        "message": match finding {
            Finding::Denied => "denied",
            Finding::WouldDeny => "enforcement would deny this",
            Finding::WouldAllow => "enforcement would allow this",
            Finding::Failed => "access could not be evaluated",
        },
        "requestId": request.context.request_id,
        "userId": identity.map(|identity| identity.user_id),
        "tenant": identity.map(|identity| &identity.tenant),
        "method": request.context.method.as_str(),
        "route": request.context.route(),
        "required": required.map(Permission::as_str),
        "decision": if note.denied || forbidden.is_some() { "deny" } else { "allow" },
        "finding": finding.as_str(),
        "mode": note.mode.map_or(ALWAYS, Mode::as_str),
        "cohort": note.cohort,
        "code": problem.map(http_kit::Problem::code),
    });
    let level = match finding {
        Finding::Denied => Level::Info,
        Finding::WouldDeny | Finding::WouldAllow => Level::Warn,
        Finding::Failed => Level::Error,
    };
    app.runtime.log(level, &line);
}
