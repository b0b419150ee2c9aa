//! Mounts handlers behind what they ask of their callers. A handler's parameters say what it asks: nothing, a
//! [`Caller`], one who is [`SignedIn`], or the proof of a decision, [`Allowed`]; it can't be mounted with less. What is
//! denied, or would be under enforcement, is handed to [`telemetry`].

use std::future::Future;
use std::sync::Arc;

use accounts::{Timestamp, TokenHash, UserId};
use enforce::{Enforcement, Mode, Rule as DecidedBy};
use guard::{Requirement, Rule, decide_beside};
use http::Method;
use http_kit::{
    Access, Doc, Level, Outcome, Problem, Request, Route, RouteTable, bearer_token, session_cookie,
};
use rbac::{Allowed, Denied, Permission, authorize, authorize_own, authorize_own_or};
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
        self.row(Route::new(method, path, Access::Binding, doc, endpoint).quiet());
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
        let access = Access::Permission(permission);
        let asked = access.clone();
        let decide = move |_: &App<P>, caller, request: &Request| {
            decide_on(&always(), caller, request, None, &asked).unrecorded()
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
        let access = Access::OwnOr(rule.permission);
        let asked = access.clone();
        let decide = move |app: &App<P>, caller, request: &Request| {
            // Without roles there is only that it is one's own.
            let enforcement = if app.config.rbac_enabled { always() } else { Enforcement::default() };
            decide_on(&enforcement, caller, request, Some(rule.param), &asked).unrecorded()
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
        let asked = access.clone();
        let decide = move |app: &App<P>, caller, request: &Request| {
            decide_on(&app.config.enforcement, caller, request, Some(param), &asked)
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

    /// The same of one that was made like those which flags have a say in.
    fn unrecorded(self) -> Self {
        Self::of(self.result)
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

/// Who decides where no flag has a say.
fn always() -> Enforcement {
    Enforcement { mode: Mode::On, ..Enforcement::default() }
}

/// The decision, by the path that applications go as well, and its proof. `param` names the parameter of the path that says
/// whose account it is about: the rule from before is that it is the caller's own.
fn decide_on(
    enforcement: &Enforcement,
    caller: Caller,
    request: &Request,
    param: Option<&'static str>,
    asked: &Access,
) -> Verdict<Allowed<Caller>> {
    let target: Option<UserId> = param.and_then(|param| request.param(param).ok());
    let own = target == Some(caller.user_id());
    let rule = Rule::new(Requirement::all(required(asked).cloned()));
    let rule = match (asked, target) {
        (Access::OwnOr(_), Some(target)) => rule.or_owner(target),
        _ => rule,
    };
    let verdict = decide_beside(enforcement, &rule, &caller, own);
    let note = Note::of(&verdict);
    let result = verdict.result.and_then(|()| prove(caller, own, verdict.decided_by, asked));
    Verdict { result, note }
}

/// What handlers ask for. Only `rbac` makes it, of the caller's own grants, so that no slip on the way to here opens anything.
fn prove(
    caller: Caller,
    own: bool,
    decided_by: DecidedBy,
    asked: &Access,
) -> Result<Allowed<Caller>, Problem> {
    let proof = match (decided_by, asked) {
        (DecidedBy::Rbac, Access::Permission(permission)) => authorize(caller, permission),
        (DecidedBy::Rbac, Access::OwnOr(permission)) => authorize_own_or(caller, own, permission),
        _ => authorize_own(caller, own),
    };
    proof.map_err(denied)
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

fn required(rule: &Access) -> Option<&Permission> {
    match rule {
        Access::Permission(permission) | Access::OwnOr(permission) => Some(permission),
        Access::Public | Access::Binding | Access::Session | Access::SessionOrToken => None,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
pub(crate) fn denied<C>(denied: Denied<C>) -> Problem {
    match denied.required() {
        Some(permission) => Requirement::from(permission.clone()).problem(),
        None => Problem::forbidden("this is possible for one's own account only"),
    }
}
