//! Mounts handlers behind what they ask of their callers. A handler's parameters say what it asks: nothing, a
//! [`Caller`], one who is [`SignedIn`], or the proof of a decision, [`Allowed`]; it can't be mounted with less. What is
//! denied, or would be under enforcement, is handed to [`telemetry`].

use std::future::Future;
use std::sync::Arc;

use accounts::{Timestamp, TokenHash};
use enforce::{Evaluation, Rule, Subject};
use http::Method;
use http_kit::{
    Access, Doc, Level, Outcome, Problem, Request, Route, RouteTable, bearer_token, session_cookie,
};
use rbac::{
    Allowed, Denied, Permission, Principal, authorize, authorize_own, authorize_own_or, has_permission,
};
use serde_json::json;
use store::{api_tokens, sessions};

use crate::app::{App, Platform};
use crate::caller::{Caller, Credential, SignedIn};
use crate::services::audit::record_denial;
use crate::services::problems::{DECISION_STALE, store_problem};
use crate::services::sessions::{touch, touch_token};
use crate::services::telemetry::{self, Note};

/// How often a decision is made anew because what it rested on changed before its batch.
const ATTEMPTS: usize = 8;

/// The rows of the route table, as they come together.
pub(crate) struct Mount<P: Platform> {
    app: Arc<App<P>>,
    rows: Vec<Route>,
}

/// Where the path says whose account a request is about, and what is needed for somebody else's.
#[derive(Clone)]
pub(crate) struct OwnOr {
    /// The parameter of the path.
    pub(crate) param: &'static str,
    /// The permission for other accounts.
    pub(crate) permission: Permission,
}

impl<P: Platform> Mount<P> {
    pub(crate) fn new(app: Arc<App<P>>) -> Self {
        Self { app, rows: Vec::new() }
    }

    pub(crate) fn into_table(self) -> RouteTable {
        RouteTable::new(self.rows)
    }

    fn row(&mut self, route: Route) -> &mut Route {
        self.rows.push(route);
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    /// Takes bodies of up to so many bytes in the row that was mounted last.
    pub(crate) fn with_body_limit(&mut self, bytes: usize) {
        if let Some(row) = self.rows.last_mut() {
            row.body_limit = bytes;
        }
    }

    /// Anybody may.
    pub(crate) fn public<H, F>(&mut self, method: Method, path: &'static str, doc: Doc, handler: H)
    where
        H: Fn(Arc<App<P>>, Request) -> F + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let app = self.app.clone();
        self.row(Route::new(method, path, Access::Public, doc, move |request| handler(app.clone(), request)));
    }

    /// Any worker may that reaches this one by service binding; nothing comes here from the internet.
    pub(crate) fn binding<H, F>(&mut self, method: Method, path: &'static str, doc: Doc, handler: H)
    where
        H: Fn(Arc<App<P>>, Request) -> F + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let app = self.app.clone();
        let endpoint = move |request| handler(app.clone(), request);
        self.row(Route::new(method, path, Access::Binding, doc, endpoint));
    }

    /// Anybody who is signed in may; an API token does not do.
    pub(crate) fn session<H, F>(&mut self, method: Method, path: &'static str, doc: Doc, handler: H)
    where
        H: Fn(Arc<App<P>>, Request, SignedIn) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let decide = |_: &App<P>, caller, _: &Request| Verdict::of(SignedIn::of(caller));
        self.decided(method, path, Access::Session, doc, Unreadable::Refused, decide, handler);
    }

    /// Anybody may who is signed in or has an API token, whatever its scopes.
    pub(crate) fn session_or_token<H, F>(&mut self, method: Method, path: &'static str, doc: Doc, handler: H)
    where
        H: Fn(Arc<App<P>>, Request, Caller) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let decide = |_: &App<P>, caller, _: &Request| Verdict::of(Ok(caller));
        self.decided(method, path, Access::SessionOrToken, doc, Unreadable::Refused, decide, handler);
    }

    /// Whoever has the permission may.
    pub(crate) fn permission<H, F>(
        &mut self,
        method: Method,
        path: &'static str,
        permission: Permission,
        doc: Doc,
        handler: H,
    ) where
        H: Fn(Arc<App<P>>, Request, Allowed<Caller>) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let access = Access::Permission(permission.clone());
        let decide = move |_: &App<P>, caller, _: &Request| {
            Verdict::of(authorize(caller, &permission).map_err(denied))
        };
        self.decided(method, path, access, doc, Unreadable::Refused, decide, handler);
    }

    /// Whoever it is about may, and whoever has the permission.
    pub(crate) fn own_or<H, F>(
        &mut self,
        method: Method,
        path: &'static str,
        rule: OwnOr,
        doc: Doc,
        handler: H,
    ) where
        H: Fn(Arc<App<P>>, Request, Allowed<Caller>) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let access = Access::OwnOr(rule.permission.clone());
        let decide = move |app: &App<P>, caller: Caller, request: &Request| {
            let own = is_own(&caller, request, rule.param, Some(&rule.permission));
            let decision = if app.config.rbac_enabled {
                authorize_own_or(caller, own, &rule.permission)
            } else {
                authorize_own(caller, own)
            };
            Verdict::of(decision.map_err(denied))
        };
        self.decided(method, path, access, doc, Unreadable::Refused, decide, handler);
    }

    /// A protected endpoint: the rule from before is that it is about the caller's own account; the flags say whether
    /// that rule still decides, or `access`.
    pub(crate) fn protected<H, F>(
        &mut self,
        method: Method,
        path: &'static str,
        param: &'static str,
        access: Access,
        doc: Doc,
        handler: H,
    ) where
        H: Fn(Arc<App<P>>, Request, Allowed<Caller>) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let rule = access.clone();
        let decide = move |app: &App<P>, caller: Caller, request: &Request| {
            by_flags(app, caller, request, param, &rule)
        };
        let row =
            self.decided(method, path, access, doc, Unreadable::LeftToTheRuleFromBefore, decide, handler);
        row.enforced_by_flag = true;
    }

    /// A row whose handler is reached by a decision alone.
    #[expect(clippy::too_many_arguments, reason = "the parts of a row, once")]
    fn decided<T, D, H, F>(
        &mut self,
        method: Method,
        path: &'static str,
        access: Access,
        doc: Doc,
        unreadable: Unreadable,
        decide: D,
        handler: H,
    ) -> &mut Route
    where
        D: Fn(&App<P>, Caller, &Request) -> Verdict<T> + Send + Sync + 'static,
        H: Fn(Arc<App<P>>, Request, T) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
        T: Send + 'static,
    {
        let (app, decide, asked) = (self.app.clone(), Arc::new(decide), access.clone());
        self.row(Route::new(method, path, access, doc, move |request| {
            let (app, decide, asked) = (app.clone(), decide.clone(), asked.clone());
            async move {
                let (outcome, note) = run(&app, &request, unreadable, &*decide, handler).await;
                telemetry::record(&app, &request, required(&asked), &note, &outcome);
                record_denial(&app, &request, required(&asked), &outcome);
                outcome
            }
        }))
    }
}

/// What becomes of a request while the role data can't be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unreadable {
    /// It is answered as any failure of the database.
    Refused,
    /// Its caller is resolved without, for as long as the rule from before decides.
    LeftToTheRuleFromBefore,
}

/// The proof or the refusal, and what is to be recorded of the decision.
struct Verdict<T> {
    result: Result<T, Problem>,
    note: Note,
}

impl<T> Verdict<T> {
    /// A decision that no flag has a say in.
    fn of(result: Result<T, Problem>) -> Self {
        Self { result, note: Note::default() }
    }
}

/// Resolves the caller, decides, and hands the proof to the handler; once more where the handler's batch found that
/// the decision was out of date. Until its batch a handler changes nothing, so trying again is safe.
async fn run<P, T, D, H, F>(
    app: &Arc<App<P>>,
    request: &Request,
    unreadable: Unreadable,
    decide: &D,
    handler: H,
) -> (Outcome, Note)
where
    P: Platform,
    D: Fn(&App<P>, Caller, &Request) -> Verdict<T>,
    H: Fn(Arc<App<P>>, Request, T) -> F,
    F: Future<Output = Outcome> + Send,
{
    let mut attempt = 1;
    loop {
        let caller = match resolve_or(app, request, unreadable).await {
            Ok(caller) => caller,
            Err(problem) => {
                let note = if problem.status().is_server_error() { Note::failed() } else { Note::default() };
                return (Err(problem), note);
            }
        };
        let Verdict { result, note } = decide(app, caller, request);
        let outcome = match result {
            Ok(allowed) => handler(app.clone(), request.clone(), allowed).await,
            Err(problem) => return (Err(problem), note),
        };
        match outcome {
            Err(problem) if problem.code() == DECISION_STALE && attempt < ATTEMPTS => attempt += 1,
            outcome => return (outcome, note),
        }
    }
}

/// The decision on a protected endpoint.
fn by_flags<P: Platform>(
    app: &App<P>,
    caller: Caller,
    request: &Request,
    param: &'static str,
    rule: &Access,
) -> Verdict<Allowed<Caller>> {
    let own = is_own(&caller, request, param, required(rule));
    let evaluation = match &caller.authority {
        None => Evaluation::Failed,
        Some(_) if by_permission(&caller, own, rule).is_ok() => Evaluation::Allowed,
        Some(_) => Evaluation::Denied,
    };
    let user = caller.user_id().to_string();
    let subject = Subject { user: &user, tenant: &caller.account.tenant, staff: caller.account.staff };
    let decision = app.config.enforcement.decide(&subject, own, evaluation);
    let note = Note::of(&decision);
    let result = match (decision.decided_by, evaluation) {
        (Rule::Before, _) => authorize_own(caller, own).map_err(denied),
        (Rule::Rbac, Evaluation::Failed) => Err(Problem::unavailable("RBAC could not be evaluated")),
        (Rule::Rbac, Evaluation::Allowed | Evaluation::Denied) => by_permission(caller, own, rule),
    };
    Verdict { result, note }
}

/// The strict check: who is this, and what may they do, in one round trip.
pub(crate) async fn resolve<P: Platform>(app: &Arc<App<P>>, request: &Request) -> Result<Caller, Problem> {
    resolve_or(app, request, Unreadable::Refused).await
}

/// The same for somebody who decides elsewhere, and knows what to do where the role data can't be read.
pub(crate) async fn resolve_readable<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
) -> Result<Caller, Problem> {
    resolve_or(app, request, Unreadable::LeftToTheRuleFromBefore).await
}

async fn resolve_or<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    unreadable: Unreadable,
) -> Result<Caller, Problem> {
    let now = app.runtime.now();
    // Tokens are scopes, and without RBAC there is nothing to scope: the header means nothing then.
    let bearer = if app.config.rbac_enabled { bearer_token(&request.headers) } else { Ok(None) };
    // RFC 6750: whoever sent a token is told that it is no good; whoever sent none, only what to send.
    let nobody = if matches!(bearer, Ok(None)) { Problem::unauthenticated } else { Problem::invalid_bearer };
    let caller = match (bearer, session_cookie(&request.headers)) {
        (Ok(None), Some(session)) => by_session(app, request, &session.hash(), now, unreadable).await?,
        (Ok(Some(token)), None) => {
            let row = api_tokens::principal(&token.hash(), now).first(&app.db).await;
            row.map_err(|error| store_problem(&error))?.map(Caller::by_token)
        }
        (Ok(None) | Err(_), None) => None,
        (Ok(Some(_)) | Err(_), Some(_)) => return Err(Problem::two_credentials()),
    };
    let caller = caller.ok_or_else(nobody)?;
    request.context.identify(caller.identity());
    for defect in caller.authority.iter().flat_map(|authority| &authority.defects) {
        let message = "a stored grant can't be read and grants nothing";
        request.context.log(Level::Warn, message, json!({ "grant": defect }));
    }
    match caller.credential {
        // A record written now would lack what could not be read.
        Credential::Session(_) if app.config.rbac_enabled && caller.authority.is_none() => {}
        Credential::Session(session) => touch(app, request, &session, &caller, now),
        Credential::Token { id, last_used_at } => touch_token(app, request, id, last_used_at, now),
    }
    Ok(caller)
}

async fn by_session<P: Platform>(
    app: &App<P>,
    request: &Request,
    token: &TokenHash,
    now: Timestamp,
    unreadable: Unreadable,
) -> Result<Option<Caller>, Problem> {
    let limits = &app.config.session_limits;
    if app.config.rbac_enabled {
        match sessions::principal(token, limits, now).first(&app.db).await {
            Ok(row) => return Ok(row.map(Caller::with_rbac)),
            Err(error) if unreadable == Unreadable::LeftToTheRuleFromBefore => {
                let fields = json!({ "cause": error.to_string() });
                request.context.log(Level::Error, "the role data can't be read", fields);
            }
            Err(error) => return Err(store_problem(&error)),
        }
    }
    let row = sessions::account(token, limits, now).first(&app.db).await;
    row.map(|row| row.map(Caller::without_rbac)).map_err(|error| store_problem(&error))
}

/// Whether a request is about the caller's own account. That opens something to a session; a token does what its scopes
/// name and nothing else, so it needs the permission there as well.
fn is_own(caller: &Caller, request: &Request, param: &'static str, permission: Option<&Permission>) -> bool {
    let own = request.param(param).is_ok_and(|user: accounts::UserId| user == caller.user_id());
    own && match caller.credential {
        Credential::Session(_) => true,
        Credential::Token { .. } => {
            permission.is_some_and(|permission| has_permission(caller.grants(), permission))
        }
    }
}

fn required(rule: &Access) -> Option<&Permission> {
    match rule {
        Access::Permission(permission) | Access::OwnOr(permission) => Some(permission),
        Access::Public | Access::Binding | Access::Session | Access::SessionOrToken => None,
    }
}

fn by_permission<C: Principal>(caller: C, own: bool, rule: &Access) -> Result<Allowed<C>, Problem> {
    match rule {
        Access::Permission(permission) => authorize(caller, permission).map_err(denied),
        Access::OwnOr(permission) => authorize_own_or(caller, own, permission).map_err(denied),
        Access::Public | Access::Binding | Access::Session | Access::SessionOrToken => {
            authorize_own(caller, own).map_err(denied)
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
pub(crate) fn denied<C>(denied: Denied<C>) -> Problem {
    match denied.required() {
        Some(permission) => Problem::new(
            http::StatusCode::FORBIDDEN,
            "permission_denied",
            format!("this needs the permission `{permission}`"),
        )
        .with("required", permission.to_string()),
        None => Problem::forbidden("this is possible for one's own account only"),
    }
}
