use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method};
use http_kit::{Defer, Fetch, Level, Runtime, Vars, request_id};
use rbac::RoleName;
use serde_json::json;

use crate::decision::Verdict;
use crate::flags::{Flags, patience};
use crate::incoming::Incoming;
use crate::principal::Principal;
use crate::recorder::{Found, Recorder};
use crate::rule::Rule;
use crate::upstream::{Credential, Identity, Upstream};
use enforce::Finding;

/// What protects the routes of an application. Made once for an isolate; clones are the same guard.
#[derive(Clone)]
pub struct Guard {
    inner: Arc<Inner>,
    strict: bool,
}

struct Inner {
    application: RoleName,
    flags: Flags,
    upstream: Upstream,
    recorder: Recorder,
    runtime: Arc<dyn Runtime>,
}

/// What a guard is made of.
pub struct Setup<U, S> {
    /// The application's name, as in its manifest.
    pub application: RoleName,
    /// user-mgmt, by its service binding.
    pub user_mgmt: U,
    /// session-state, by its service binding; without it every check is a strict one.
    pub session_state: Option<S>,
    /// Time, randomness and the log.
    pub runtime: Arc<dyn Runtime>,
}

impl Guard {
    /// A guard that makes cached checks; what is wrong with its variables stays with `vars`.
    pub fn new<U: Fetch, S: Fetch>(setup: Setup<U, S>, vars: &mut Vars<'_>) -> Self {
        let Setup { application, user_mgmt, session_state, runtime } = setup;
        let flags = Flags::read(vars);
        let upstream = Upstream::new(user_mgmt, session_state, runtime.clone(), patience(vars));
        let inner = Inner { application, flags, upstream, recorder: Recorder::new(), runtime };
        Self { inner: Arc::new(inner), strict: false }
    }

    /// The same guard, making strict checks: each reads the truth, so that it never lets anybody through after what they
    /// may do was taken from them.
    #[must_use]
    pub fn strict(&self) -> Self {
        Self { inner: self.inner.clone(), strict: true }
    }

    /// What an operator has set.
    pub fn flags(&self) -> &Flags {
        &self.inner.flags
    }

    /// A request to decide about. `route` names what it asks for, with its variable parts by name: `/posts/{id}`;
    /// findings are counted by it. Work for after the response goes to `deferred`.
    pub fn request(
        &self,
        method: &Method,
        route: &str,
        headers: &HeaderMap,
        deferred: Arc<dyn Defer>,
    ) -> Incoming {
        Incoming {
            guard: self.clone(),
            credential: Credential::read(headers, self.inner.flags.rbac_enabled),
            route: format!("{method} {route}"),
            request_id: request_id(headers, &*self.inner.runtime),
            deferred,
        }
    }

    #[cfg(feature = "axum")]
    pub(crate) fn random(&self) -> &dyn Runtime {
        &*self.inner.runtime
    }

    pub(crate) async fn identify(&self, credential: &Credential, request_id: &str) -> Identity {
        let upstream = &self.inner.upstream;
        match credential {
            Credential::None => Identity::Nobody,
            Credential::Session(_) if !self.strict => {
                upstream.cached(credential, request_id, self.inner.flags.rbac_enabled).await
            }
            Credential::Session(_) | Credential::Token(_) => upstream.strict(credential, request_id).await,
        }
    }

    /// Records a decision: in the log, and for user-mgmt's report of the rollout.
    pub(crate) fn record(&self, incoming: &Incoming, rule: &Rule, identity: &Identity, verdict: &Verdict) {
        let Inner { flags, recorder, runtime, .. } = &*self.inner;
        // Without roles there are no decisions, only the rule from before.
        if !flags.rbac_enabled {
            return;
        }
        let now = runtime.now();
        if matches!(identity, Identity::Known(_)) && verdict.finding != Some(Finding::Failed) {
            recorder.exercise(&incoming.route, now);
        }
        if let Some(finding) = verdict.finding {
            let user = match identity {
                Identity::Known(principal) => Some(&**principal),
                Identity::Nobody | Identity::Unknown(_) => None,
            };
            let level = match finding {
                Finding::Denied => Level::Info,
                Finding::WouldDeny | Finding::WouldAllow => Level::Warn,
                Finding::Failed => Level::Error,
            };
            let required = rule.requirement.to_string();
            let line = json!({
                "message": finding.sentence(),
                "application": self.inner.application,
                "requestId": incoming.request_id,
                "userId": user.map(Principal::user_id),
                "tenant": user.map(Principal::tenant),
                "route": incoming.route,
                "required": required,
                "decision": if verdict.result.is_ok() { "allow" } else { "deny" },
                "finding": finding.as_str(),
                "mode": verdict.mode.as_str(),
                "cohort": verdict.cohort,
                "code": verdict.result.as_ref().err().map(http_kit::Problem::code),
                "cause": match identity {
                    Identity::Unknown(cause) => Some(cause),
                    Identity::Known(_) | Identity::Nobody => None,
                },
            });
            runtime.log(level, line);
            recorder.count(Found {
                finding,
                mode: verdict.mode,
                route: incoming.route.clone(),
                required,
                user: user.map(Principal::user_id),
            });
        }
        if let Some(wait) = recorder.claim(now) {
            let guard = self.clone();
            incoming.deferred.defer(Box::pin(async move { guard.tell(wait).await }));
        }
    }

    async fn tell(&self, wait: Duration) {
        let Inner { application, upstream, recorder, runtime, .. } = &*self.inner;
        runtime.sleep(wait).await;
        let Some(report) = recorder.take(application, runtime.now()) else { return };
        if let Err(error) = upstream.report(&report).await {
            recorder.put_back(report);
            let message = "user-mgmt has not heard yet what was found";
            runtime.log(Level::Warn, json!({ "message": message, "cause": error.to_string() }));
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("application", &self.inner.application.as_str())
            .field("flags", &self.inner.flags)
            .field("strict", &self.strict)
            .finish_non_exhaustive()
    }
}
