//! The decision: pure, and the same in an application and in user-mgmt, whose own routes go this way too.

use accounts::UserId;
use enforce::{Enforcement, Evaluation, Finding, Mode, Rule as Decider, Subject};
use http_kit::Problem;
use rbac::GrantSet;

use crate::principal::Principal;
use crate::rule::Rule;

/// A decision, and what is worth recording of it.
#[derive(Debug)]
pub struct Verdict {
    /// That it is allowed, or the answer to give: 401, 403, 404 or 503.
    pub result: Result<(), Problem>,
    /// Whose word it was.
    pub decided_by: Decider,
    /// The mode in effect.
    pub mode: Mode,
    /// The cohort of whoever asks, as it is written in the configuration.
    pub cohort: Option<String>,
    /// What is worth recording, if anything is.
    pub finding: Option<Finding>,
}

/// Whoever asks for something, as far as a decision needs to know them.
pub trait Requester {
    /// The user.
    fn user_id(&self) -> UserId;

    /// The name of the user's tenant.
    fn tenant(&self) -> &str;

    /// Whether the user is of the staff of whoever runs the deployment.
    fn is_staff(&self) -> bool;

    /// Whether an API token speaks for the user. It does what its scopes name, and nothing else.
    fn is_api_token(&self) -> bool;

    /// What the user may do; nothing where that is not known.
    fn grants(&self) -> Option<&GrantSet>;
}

/// Decides on a request of `principal`.
pub fn decide(enforcement: &Enforcement, rule: &Rule, principal: &Principal) -> Verdict {
    decide_beside(enforcement, rule, principal, rule.allowed_before(principal))
}

/// The same, where `before` is what the rule from before says, in the place of any that `rule` has.
pub fn decide_beside(
    enforcement: &Enforcement,
    rule: &Rule,
    requester: &impl Requester,
    before: bool,
) -> Verdict {
    // Scopes are all there is to a token: that something is its owner's opens nothing to it, in any mode.
    let token = requester.is_api_token();
    let own = rule.owner == Some(requester.user_id()) && !token;
    let evaluation = rule.requirement.evaluate(requester.grants(), own);
    let before = before && (!token || evaluation == Evaluation::Allowed);
    let user = requester.user_id().to_string();
    let subject = Subject { user: &user, tenant: requester.tenant(), staff: requester.is_staff() };
    let decision = enforcement.decide(&subject, before, evaluation);
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
        decided_by: decision.decided_by,
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
    Verdict { result, decided_by: decision.decided_by, mode, cohort: None, finding }
}

/// Decides on a request of somebody who could not be found out: they may be one of those whom RBAC decides about.
pub(crate) fn decide_on_unknown(enforcement: &Enforcement, cause: &str) -> Verdict {
    let result = Err(Problem::unavailable(cause));
    let (mode, finding) = (enforcement.mode, Some(Finding::Failed));
    Verdict { result, decided_by: Decider::Rbac, mode, cohort: None, finding }
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
