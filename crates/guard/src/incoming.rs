use std::fmt;
use std::sync::Arc;

use enforce::Mode;
use http_kit::{Defer, Problem};

use crate::caller::Caller;
use crate::decision::{Verdict, decide_beside, decide_on_nobody, decide_on_unknown};
use crate::guard::Guard;
use crate::principal::Principal;
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::upstream::{Credential, Identity};

/// A request to decide about.
pub struct Incoming {
    pub(crate) guard: Guard,
    pub(crate) credential: Result<Credential, Problem>,
    pub(crate) route: String,
    pub(crate) request_id: String,
    pub(crate) deferred: Arc<dyn Defer>,
}

impl Incoming {
    /// Whoever makes the request, if they may. Whoever is not signed in may not (401), in any mode.
    pub async fn check(self, rule: Rule) -> Result<Principal, Refusal> {
        self.caller().await?.check(&rule)
    }

    /// Who makes the request, for a rule that rests on something which has to be looked up first.
    pub async fn caller(self) -> Result<Caller, Refusal> {
        let credential = match &self.credential {
            Ok(credential) => credential,
            Err(problem) => return Err(self.refusal(problem.clone())),
        };
        let identity = self.guard.identify(credential, &self.request_id).await;
        Ok(Caller { incoming: self, identity })
    }

    /// Whether an application goes on that has found out by itself, without Edgeward, that its rule from before says
    /// `before`. That rule is asked in the place of any that `rule` has.
    ///
    /// While enforcement is off or in report, nothing is waited for and nobody is named: in report, RBAC is asked after
    /// the response. So Edgeward can't slow such a route or close it before an operator has turned enforcement on.
    pub async fn check_beside(self, rule: Rule, before: bool) -> Result<Option<Principal>, Refusal> {
        match self.guard.flags().enforcement.mode {
            Mode::Off => self.go_by(before),
            Mode::Report => {
                let answer = self.go_by(before);
                let deferred = self.deferred.clone();
                deferred.defer(Box::pin(async move {
                    self.decide_beside(&rule, before).await;
                }));
                answer
            }
            Mode::On => {
                if let Err(problem) = &self.credential {
                    return Err(self.refusal(problem.clone()));
                }
                let (verdict, identity) = self.decide_beside(&rule, before).await;
                verdict.result.map_err(|problem| self.refusal(problem))?;
                Ok(match identity {
                    Identity::Known(principal) => Some(*principal),
                    Identity::Nobody | Identity::Unknown(_) => None,
                })
            }
        }
    }

    fn go_by(&self, before: bool) -> Result<Option<Principal>, Refusal> {
        let forbidden = || self.refusal(Problem::forbidden("this is not open to you"));
        if before { Ok(None) } else { Err(forbidden()) }
    }

    /// Decides, and records what it finds.
    async fn decide_beside(&self, rule: &Rule, before: bool) -> (Verdict, Identity) {
        let enforcement = &self.guard.flags().enforcement;
        let identity = match &self.credential {
            Ok(credential) => self.guard.identify(credential, &self.request_id).await,
            // Of two credentials none counts.
            Err(_) => Identity::Nobody,
        };
        let verdict = match &identity {
            Identity::Known(principal) => decide_beside(enforcement, rule, &**principal, before),
            Identity::Nobody => decide_on_nobody(enforcement, rule, before),
            Identity::Unknown(cause) => decide_on_unknown(enforcement, cause),
        };
        self.guard.record(self, rule, &identity, &verdict);
        (verdict, identity)
    }

    pub(crate) fn refusal(&self, problem: Problem) -> Refusal {
        Refusal { problem, request_id: self.request_id.clone() }
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("route", &self.route)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}
