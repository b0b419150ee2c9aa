//! The decision: pure, and the same in an application and in user-mgmt.

use enforce::{Enforcement, Evaluation, Finding, Mode, Rule as Decider, Subject};
use http_kit::Problem;

use crate::principal::Principal;
use crate::rule::Rule;

/// A decision, and what is worth recording of it.
#[derive(Debug)]
pub struct Verdict {
    /// That it is allowed, or the answer to give: 401, 403, 404 or 503.
    pub result: Result<(), Problem>,
    /// The mode in effect.
    pub mode: Mode,
    /// The cohort of whoever asks, as it is written in the configuration.
    pub cohort: Option<String>,
    /// What is worth recording, if anything is.
    pub finding: Option<Finding>,
}

/// Decides on a request of `principal`.
pub fn decide(enforcement: &Enforcement, rule: &Rule, principal: &Principal) -> Verdict {
    decide_beside(enforcement, rule, principal, rule.allowed_before(principal))
}

/// The same with another rule from before.
pub(crate) fn decide_beside(
    enforcement: &Enforcement,
    rule: &Rule,
    principal: &Principal,
    before: bool,
) -> Verdict {
    // Scopes are all there is to a token: that something is its owner's opens nothing to it, in any mode.
    let own = rule.owned_by(principal) && !principal.is_api_token();
    let evaluation = rule.requirement.evaluate(principal.grants(), own);
    let before = before && (!principal.is_api_token() || evaluation == Evaluation::Allowed);
    let user = principal.user_id().to_string();
    let decision = enforcement.decide(&principal.subject(&user), before, evaluation);
    let result = match (decision.allowed, decision.decided_by, evaluation) {
        (true, _, _) => Ok(()),
        (false, Decider::Rbac, Evaluation::Failed) => {
            Err(Problem::unavailable("it is not known what the caller may do"))
        }
        (false, Decider::Rbac, Evaluation::Allowed | Evaluation::Denied) => Err(rule.requirement.problem()),
        (false, Decider::Before, _) => Err(Problem::forbidden("this is not open to you")),
    };
    Verdict {
        result: result.map_err(|problem| shown(problem, rule)),
        mode: decision.mode,
        cohort: decision.cohort.map(ToString::to_string),
        finding: decision.finding,
    }
}

/// Decides on a request of nobody. They belong to no cohort but everyone.
pub(crate) fn decide_on_nobody(enforcement: &Enforcement, rule: &Rule, before: bool) -> Verdict {
    let mode = mode_of_nobody(enforcement);
    let enforcement = Enforcement { mode, ..Enforcement::default() };
    let decision =
        enforcement.decide(&Subject { user: "", tenant: "", staff: false }, before, Evaluation::Denied);
    let result = if decision.allowed { Ok(()) } else { Err(shown(Problem::unauthenticated(), rule)) };
    // That nobody was let in who is not signed in is as it always was, and not worth a word.
    let finding = decision.finding.filter(|finding| *finding == Finding::WouldDeny);
    Verdict { result, mode, cohort: None, finding }
}

/// Decides on a request of somebody who could not be found out: they may be one of those whom RBAC decides about.
pub(crate) fn decide_on_unknown(enforcement: &Enforcement, cause: &str) -> Verdict {
    let result = Err(Problem::unavailable(cause));
    Verdict { result, mode: enforcement.mode, cohort: None, finding: Some(Finding::Failed) }
}

fn mode_of_nobody(enforcement: &Enforcement) -> Mode {
    match enforcement.mode {
        Mode::On if !enforcement.cohorts.is_everyone() => Mode::Report,
        mode => mode,
    }
}

fn shown(problem: Problem, rule: &Rule) -> Problem {
    let refused = problem.status().is_client_error();
    if rule.hidden && refused { Problem::not_found() } else { problem }
}
