use http_kit::Problem;

use crate::decision::{decide, decide_on_unknown};
use crate::incoming::Incoming;
use crate::principal::Principal;
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::upstream::Identity;

/// Whoever makes a request, looked up once; any number of decisions about them take no further question.
#[derive(Debug)]
pub struct Caller {
    pub(crate) incoming: Incoming,
    pub(crate) identity: Identity,
}

impl Caller {
    /// Who it is: 401 where nobody is signed in, 503 where nobody can say.
    pub fn principal(&self) -> Result<&Principal, Refusal> {
        match &self.identity {
            Identity::Known(principal) => Ok(principal),
            Identity::Nobody => Err(self.incoming.refusal(Problem::unauthenticated())),
            Identity::Unknown(cause) => Err(self.incoming.refusal(Problem::unavailable(cause))),
        }
    }

    /// Whoever makes the request, if they may.
    pub fn check(&self, rule: &Rule) -> Result<Principal, Refusal> {
        let incoming = &self.incoming;
        let enforcement = &incoming.guard.flags().enforcement;
        let verdict = match &self.identity {
            Identity::Known(principal) => decide(enforcement, rule, principal),
            Identity::Nobody if rule.hidden => return Err(incoming.refusal(Problem::not_found())),
            Identity::Nobody => return Err(incoming.refusal(Problem::unauthenticated())),
            Identity::Unknown(cause) => decide_on_unknown(enforcement, cause),
        };
        incoming.guard.record(incoming, rule, &self.identity, &verdict);
        verdict.result.map_err(|problem| incoming.refusal(problem))?;
        self.principal().cloned()
    }
}
