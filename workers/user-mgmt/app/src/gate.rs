//! Mounts handlers behind what they ask of their callers. A handler's parameters say what it asks: nothing, a
//! [`Caller`], one who is [`SignedIn`], or the proof of a decision, [`Allowed`]; it can't be mounted with less.

use std::future::Future;
use std::sync::Arc;

use accounts::{Timestamp, TokenHash};
use http::Method;
use http_kit::{
    Access, Doc, Identity, Level, Outcome, Problem, Request, Route, RouteTable, bearer_token, session_cookie,
};
use rbac::{
    Allowed, Denied, Permission, Principal, authorize, authorize_own, authorize_own_or, has_permission,
};
use serde_json::json;
use store::{api_tokens, sessions};

use crate::app::{App, Platform};
use crate::caller::{Caller, Credential, SignedIn};
use crate::config::Enforce;
use crate::services::problems::{DECISION_STALE, store_problem};
use crate::services::sessions::{touch, touch_token};

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

    /// Anybody who is signed in may; an API token does not do.
    pub(crate) fn session<H, F>(&mut self, method: Method, path: &'static str, doc: Doc, handler: H)
    where
        H: Fn(Arc<App<P>>, Request, SignedIn) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let app = self.app.clone();
        self.row(Route::new(method, path, Access::Session, doc, move |request| {
            decided(app.clone(), request, |caller, _: &Request| SignedIn::of(caller), handler)
        }));
    }

    /// Anybody may who is signed in or has an API token, whatever its scopes.
    pub(crate) fn session_or_token<H, F>(&mut self, method: Method, path: &'static str, doc: Doc, handler: H)
    where
        H: Fn(Arc<App<P>>, Request, Caller) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let app = self.app.clone();
        self.row(Route::new(method, path, Access::SessionOrToken, doc, move |request| {
            decided(app.clone(), request, |caller, _: &Request| Ok(caller), handler)
        }));
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
        let app = self.app.clone();
        let access = Access::Permission(permission.clone());
        self.row(Route::new(method, path, access, doc, move |request| {
            let permission = permission.clone();
            let decide = move |caller, _: &Request| authorize(caller, &permission).map_err(denied);
            decided(app.clone(), request, decide, handler)
        }));
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
        let app = self.app.clone();
        let access = Access::OwnOr(rule.permission.clone());
        self.row(Route::new(method, path, access, doc, move |request| {
            let (app, rule) = (app.clone(), rule.clone());
            let rbac = app.config.rbac_enabled;
            let decide = move |caller: Caller, request: &Request| {
                let own = is_own(&caller, request, rule.param, Some(&rule.permission));
                let decision = if rbac {
                    authorize_own_or(caller, own, &rule.permission)
                } else {
                    authorize_own(caller, own)
                };
                decision.map_err(denied)
            };
            decided(app, request, decide, handler)
        }));
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
        let app = self.app.clone();
        let rule = access.clone();
        let route = Route::new(method, path, access, doc, move |request| {
            let (inner, rule) = (app.clone(), rule.clone());
            let decide = move |caller: Caller, request: &Request| {
                let own = is_own(&caller, request, param, required(&rule));
                match inner.config.enforce {
                    Enforce::Off => authorize_own(caller, own).map_err(denied),
                    Enforce::On => by_permission(caller, own, &rule),
                    Enforce::Report => {
                        let would_allow = by_permission(&caller, own, &rule).is_ok();
                        if would_allow != own {
                            report(&inner, request, &caller, &rule, own, would_allow);
                        }
                        authorize_own(caller, own).map_err(denied)
                    }
                }
            };
            decided(app.clone(), request, decide, handler)
        });
        self.row(route.enforced_by_flag());
    }
}

/// Resolves the caller, decides, and hands the proof to the handler; once more where the handler's batch found that
/// the decision was out of date. Until its batch a handler changes nothing, so trying again is safe.
async fn decided<P, D, T, H, F>(app: Arc<App<P>>, request: Request, decide: D, handler: H) -> Outcome
where
    P: Platform,
    D: Fn(Caller, &Request) -> Result<T, Problem>,
    H: Fn(Arc<App<P>>, Request, T) -> F,
    F: Future<Output = Outcome> + Send,
{
    let mut attempt = 1;
    loop {
        let caller = resolve(&app, &request).await?;
        let allowed = decide(caller, &request)?;
        match handler(app.clone(), request.clone(), allowed).await {
            Err(problem) if problem.code() == DECISION_STALE && attempt < ATTEMPTS => attempt += 1,
            outcome => return outcome,
        }
    }
}

/// The strict check: who is this, and what may they do, in one round trip.
pub(crate) async fn resolve<P: Platform>(app: &Arc<App<P>>, request: &Request) -> Result<Caller, Problem> {
    let now = app.runtime.now();
    // Tokens are scopes, and without RBAC there is nothing to scope: the header means nothing then.
    let bearer = if app.config.rbac_enabled { bearer_token(&request.headers) } else { Ok(None) };
    let caller = match (bearer, session_cookie(&request.headers)) {
        (Ok(None), Some(session)) => by_session(app, &session.hash(), now).await?,
        (Ok(Some(token)), None) => {
            let row = api_tokens::principal(&token.hash(), now).first(&app.db).await;
            row.map_err(|error| store_problem(&error))?.map(Caller::by_token)
        }
        (Ok(None) | Err(_), None) => None,
        // Whose rights count is nothing to guess.
        (Ok(Some(_)) | Err(_), Some(_)) => {
            return Err(Problem::new(
                http::StatusCode::BAD_REQUEST,
                "two_credentials",
                "send a session cookie or an API token, not both",
            ));
        }
    };
    let caller = caller.ok_or_else(Problem::unauthenticated)?;
    let roles = caller.authority.as_ref().map(|authority| authority.roles.clone()).unwrap_or_default();
    let identity = Identity { user_id: caller.user_id(), tenant: caller.account.tenant.clone(), roles };
    request.context.identify(identity);
    for defect in caller.authority.iter().flat_map(|authority| &authority.defects) {
        let line = json!({
            "message": "a stored grant can't be read and grants nothing", "grant": defect,
            "requestId": request.context.request_id, "userId": caller.user_id(),
        });
        app.runtime.log(Level::Warn, &line);
    }
    match caller.credential {
        Credential::Session(session) => touch(app, request, &session, &caller, now),
        Credential::Token { id, last_used_at } => touch_token(app, request, id, last_used_at, now),
    }
    Ok(caller)
}

async fn by_session<P: Platform>(
    app: &App<P>,
    token: &TokenHash,
    now: Timestamp,
) -> Result<Option<Caller>, Problem> {
    let limits = &app.config.session_limits;
    let caller = if app.config.rbac_enabled {
        sessions::principal(token, limits, now).first(&app.db).await.map(|row| row.map(Caller::with_rbac))
    } else {
        sessions::account(token, limits, now).first(&app.db).await.map(|row| row.map(Caller::without_rbac))
    };
    caller.map_err(|error| store_problem(&error))
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
fn denied<C>(denied: Denied<C>) -> Problem {
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

/// Records what switching enforcement on would change.
fn report<P: Platform>(
    app: &App<P>,
    request: &Request,
    caller: &Caller,
    rule: &Access,
    allowed: bool,
    would_allow: bool,
) {
    let line = json!({
        "message": if would_allow { "enforcement would allow this" } else { "enforcement would deny this" },
        "requestId": request.context.request_id,
        "userId": caller.user_id(),
        "tenant": caller.account.tenant,
        "route": request.context.route(),
        "required": required(rule).map(ToString::to_string),
        "mode": "report",
        "allowed": allowed,
        "wouldAllow": would_allow,
    });
    app.runtime.log(Level::Warn, &line);
}
