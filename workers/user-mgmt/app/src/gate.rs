//! Mounts handlers behind what they ask of their callers. A handler's parameters say what it asks: nothing, a
//! [`Caller`], one who is [`SignedIn`], or the proof of a decision, [`Allowed`]; it can't be mounted with less. What is
//! denied, or would be under enforcement, is handed to [`telemetry`].

use std::future::Future;
use std::iter;
use std::pin::Pin;
use std::sync::Arc;

use accounts::{Timestamp, TokenHash, UserId};
use enforce::{Enforcement, Mode, Rule as DecidedBy};
use guard::{Requirement, Rule, decide_beside};
use http::Method;
use http_kit::{
    Access, Doc, Level, Outcome, Problem, Request, Route, RouteTable, bearer_token, session_cookie,
};
use rbac::{Allowed, Denied, Permission, authorize, authorize_own, authorize_own_or};
use serde::de::DeserializeOwned;
use serde_json::json;
use store::{Db, Query, Rows, Statement, StoreError, api_tokens, sessions};

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

/// What finds the row that a request names.
type Named = Box<dyn Fn(&Request) -> Result<Statement, Problem> + Send + Sync>;

/// What a row decides with, and whom it hands the proof to. Not generic over the handler, or each would have a copy of [`run`].
struct Gate<P: Platform, T> {
    unreadable: Unreadable,
    named: Option<Named>,
    decide: Box<Decide<P, T>>,
    handler: Box<Handler<P, T>>,
}

type Decide<P, T> = dyn Fn(&App<P>, Caller, &Request) -> Verdict<T> + Send + Sync;
type Handler<P, T> = dyn Fn(Arc<App<P>>, Request, T, Found) -> Answer + Send + Sync;

/// The answer of a handler, on its way.
type Answer = Pin<Box<dyn Future<Output = Outcome> + Send>>;

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
        let handler = move |app, request, caller, _| handler(app, request, caller);
        self.decided(method, path, Access::Session, doc, Unreadable::Refused, None, decide, handler);
    }

    /// Anybody may who is signed in or has an API token, whatever its scopes.
    pub(crate) fn session_or_token<H, F>(&mut self, method: Method, path: &'static str, doc: Doc, handler: H)
    where
        H: Fn(Arc<App<P>>, Request, Caller) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let decide = |_: &App<P>, caller, _: &Request| Verdict::of(Ok(caller));
        let handler = move |app, request, caller, _| handler(app, request, caller);
        self.decided(method, path, Access::SessionOrToken, doc, Unreadable::Refused, None, decide, handler);
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
        self.by_permission(method, path, permission, doc, None, move |app, request, allowed, _| {
            handler(app, request, allowed)
        });
    }

    /// Whoever has the permission may do this to what the request names. `named` says how it is found: in one round trip with
    /// the caller, before it is known whether the caller may. Whoever may not is refused as if nothing had been looked for.
    pub(crate) fn permission_on<R, N, H, F>(
        &mut self,
        method: Method,
        path: &'static str,
        permission: Permission,
        doc: Doc,
        named: N,
        handler: H,
    ) where
        R: DeserializeOwned,
        N: Fn(&Request) -> Result<Query<R>, Problem> + Send + Sync + 'static,
        H: Fn(Arc<App<P>>, Request, Allowed<Caller>, Option<R>) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let named: Named = Box::new(move |request| named(request).map(Query::into_statement));
        let handler = move |app, request, allowed, found: Found| async move {
            let row = found?.first().map_err(|error| store_problem(&error))?;
            handler(app, request, allowed, row).await
        };
        self.by_permission(method, path, permission, doc, Some(named), handler);
    }

    fn by_permission<H, F>(
        &mut self,
        method: Method,
        path: &'static str,
        permission: Permission,
        doc: Doc,
        named: Option<Named>,
        handler: H,
    ) where
        H: Fn(Arc<App<P>>, Request, Allowed<Caller>, Found) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let access = Access::Permission(permission);
        let asked = access.clone();
        let decide = move |_: &App<P>, caller, request: &Request| {
            decide_on(&always(), caller, request, None, &asked).unrecorded()
        };
        self.decided(method, path, access, doc, Unreadable::Refused, named, decide, handler);
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
        let handler = move |app, request, allowed, _| handler(app, request, allowed);
        self.decided(method, path, access, doc, Unreadable::Refused, None, decide, handler);
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
        let handler = move |app, request, allowed, _| handler(app, request, allowed);
        let unreadable = Unreadable::LeftToTheRuleFromBefore;
        let row = self.decided(method, path, access, doc, unreadable, None, decide, handler);
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
        named: Option<Named>,
        decide: D,
        handler: H,
    ) -> &mut Route
    where
        D: Fn(&App<P>, Caller, &Request) -> Verdict<T> + Send + Sync + 'static,
        H: Fn(Arc<App<P>>, Request, T, Found) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
        T: Send + 'static,
    {
        let handler =
            move |app, request, proof, found| -> Answer { Box::pin(handler(app, request, proof, found)) };
        let gate = Gate { unreadable, named, decide: Box::new(decide), handler: Box::new(handler) };
        let (app, gate, asked) = (self.app.clone(), Arc::new(gate), access.clone());
        self.row(Route::new(method, path, access, doc, move |request| {
            let (app, gate, asked) = (app.clone(), gate.clone(), asked.clone());
            async move {
                let (outcome, note) = run(&app, &request, &gate).await;
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

/// The rows that a statement gave, still to be decoded.
struct Read {
    statement: &'static str,
    rows: Rows,
}

impl Read {
    fn first<T: DeserializeOwned>(self) -> Result<Option<T>, StoreError> {
        Query::decode(self.statement, self.rows).map(|rows| rows.into_iter().next())
    }
}

/// What was found of what a request names, or why it names nothing. Only a handler learns of either.
type Found = Result<Read, Problem>;

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

/// Resolves the caller, decides, and hands the proof and what the request names to the handler; once more where the
/// handler's batch found that the decision was out of date. Until its batch a handler changes nothing, so trying again is safe.
async fn run<P: Platform, T>(app: &Arc<App<P>>, request: &Request, gate: &Gate<P, T>) -> (Outcome, Note) {
    let mut attempt = 1;
    loop {
        let (caller, found) = match resolve_or(app, request, gate.unreadable, gate.named.as_ref()).await {
            Ok(resolved) => resolved,
            Err(problem) => {
                let note = if problem.status().is_server_error() { Note::failed() } else { Note::default() };
                return (Err(problem), note);
            }
        };
        let Verdict { result, note } = (gate.decide)(app, caller, request);
        let outcome = match result {
            Ok(allowed) => (gate.handler)(app.clone(), request.clone(), allowed, found).await,
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
    resolve_or(app, request, Unreadable::Refused, None).await.map(|(caller, _)| caller)
}

/// The same for somebody who decides elsewhere, and knows what to do where the role data can't be read.
pub(crate) async fn resolve_readable<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
) -> Result<Caller, Problem> {
    resolve_or(app, request, Unreadable::LeftToTheRuleFromBefore, None).await.map(|(caller, _)| caller)
}

async fn resolve_or<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    unreadable: Unreadable,
    named: Option<&Named>,
) -> Result<(Caller, Found), Problem> {
    let now = app.runtime.now();
    app.hash_queue.give_way(now);
    // Tokens are scopes, and without RBAC there is nothing to scope: the header means nothing then.
    let bearer = if app.config.rbac_enabled { bearer_token(&request.headers) } else { Ok(None) };
    // RFC 6750: whoever sent a token is told that it is no good; whoever sent none, only what to send.
    let nobody = if matches!(bearer, Ok(None)) { Problem::unauthenticated } else { Problem::invalid_bearer };
    // Whoever may not is not told that nothing readable is named either.
    let (named, unnamed) = match named.map(|named| named(request)).transpose() {
        Ok(named) => (named, None),
        Err(problem) => (None, Some(problem)),
    };
    let (caller, found) = match (bearer, session_cookie(&request.headers)) {
        (Ok(None), Some(session)) => {
            by_session(app, request, &session.hash(), now, unreadable, named).await?
        }
        (Ok(Some(token)), None) => {
            let token = api_tokens::principal(&token.hash(), now).into_statement();
            let row = read(app, token, named).await.and_then(|(row, found)| Ok((row.first()?, found)));
            let (row, found) = row.map_err(|error| store_problem(&error))?;
            (row.map(Caller::by_token), found)
        }
        (Ok(None) | Err(_), None) => return Err(nobody()),
        (Ok(Some(_)) | Err(_), Some(_)) => return Err(Problem::two_credentials()),
    };
    let caller = caller.ok_or_else(nobody)?;
    let found = unnamed.map_or(Ok(found), Err);
    request.context.identify(caller.identity());
    for defect in caller.authority.iter().flat_map(|authority| &authority.defects) {
        let message = "a stored grant can't be read and grants nothing";
        request.context.log(Level::Warn, message, json!({ "grant": defect }));
    }
    match caller.credential {
        // A record written now would lack what could not be read.
        Credential::Session(_) if app.config.rbac_enabled && caller.authority.is_none() => {}
        Credential::Session(session) => touch(app, request, &session, now),
        Credential::Token { id, last_used_at } => touch_token(app, request, id, last_used_at, now),
    }
    Ok((caller, found))
}

async fn by_session<P: Platform>(
    app: &App<P>,
    request: &Request,
    token: &TokenHash,
    now: Timestamp,
    unreadable: Unreadable,
    named: Option<Statement>,
) -> Result<(Option<Caller>, Read), Problem> {
    let limits = &app.config.session_limits;
    if app.config.rbac_enabled {
        let principal = sessions::principal(token, limits, now).into_statement();
        let row = read(app, principal, named.clone()).await;
        match row.and_then(|(row, found)| Ok((row.first()?, found))) {
            Ok((row, found)) => return Ok((row.map(Caller::with_rbac), found)),
            Err(error) if unreadable == Unreadable::LeftToTheRuleFromBefore => {
                let fields = json!({ "cause": error.to_string() });
                request.context.log(Level::Error, "the role data can't be read", fields);
            }
            Err(error) => return Err(store_problem(&error)),
        }
    }
    let account = sessions::account(token, limits, now).into_statement();
    let row = read(app, account, named).await.and_then(|(row, found)| Ok((row.first()?, found)));
    let (row, found) = row.map_err(|error| store_problem(&error))?;
    Ok((row.map(Caller::without_rbac), found))
}

/// Reads who this is, and in the same round trip what the request names.
async fn read<P: Platform>(
    app: &App<P>,
    who: Statement,
    named: Option<Statement>,
) -> Result<(Read, Read), StoreError> {
    let statements = [who.name, named.as_ref().map_or("", |named| named.name)];
    let mut rows = app.db.batch(iter::once(who).chain(named).collect()).await?.into_iter();
    let [who, named] = statements.map(|statement| Read { statement, rows: rows.next().unwrap_or_default() });
    Ok((who, named))
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
