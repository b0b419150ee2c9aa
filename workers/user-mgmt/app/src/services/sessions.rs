//! How sessions start, what keeps them alive, and their records in the cache up to date.

use std::sync::Arc;
use std::time::Duration;

use accounts::{ApiTokenId, SessionId, SessionToken, Timestamp, UserId};
use api::session_state::{CreateRequest, Freshness, GetResponse, RECORD_VERSION, SessionRecord};
use http::header::HeaderValue;
use http_kit::{Level, Problem, Request, RequestContext, session_cookie, set_session_cookie};
use serde_json::json;
use store::sessions::{self, Cached, NewSession, Session};
use store::{Rows, api_tokens, decode};

use crate::app::{App, Platform};
use crate::caller::{Caller, SignedIn};
use crate::services::change::Change;
use crate::services::problems::store_problem;
use crate::services::session_cache::{Outcome, SessionCache, SessionCacheError};

/// How coarsely the use of an API token is written down.
const TOKEN_USE: Duration = Duration::from_hours(1);

/// A session that starts with a change.
pub(crate) struct Started {
    pub(crate) id: SessionId,
    token: SessionToken,
    whoami: usize,
}

/// Ends, in the batch of a change, the session whose cookie the request carries, if it is live: a browser has one session,
/// and whoever planted a cookie in it has none.
pub(crate) fn end_presented<P: Platform>(change: &mut Change<P>, request: &Request) {
    if let Some(token) = session_cookie(&request.headers) {
        let hash = token.hash();
        change.session_of_token_is_replaced(&hash);
        change.push(sessions::delete_by_token(&hash));
    }
}

/// Starts a session, with a token that nobody has seen, in the batch of a change; who has it is read there as well.
pub(crate) fn start<P: Platform>(
    app: &App<P>,
    request: &Request,
    change: &mut Change<P>,
    user: UserId,
) -> Started {
    let (now, limits) = (change.now(), &app.config.session_limits);
    let token = SessionToken::generate(&*app.runtime);
    let session = NewSession {
        id: SessionId::generate(&*app.runtime, &*app.runtime),
        token_hash: token.hash(),
        user_id: user,
        user_agent: request.context.user_agent.clone(),
        created_at: now,
        expires_at: limits.expiry(now),
    };
    change.push(sessions::insert(&session));
    let whoami = change.push_read(if app.config.rbac_enabled {
        sessions::principal(&session.token_hash, limits, now).into_statement()
    } else {
        sessions::account(&session.token_hash, limits, now).into_statement()
    });
    Started { id: session.id, token, whoami }
}

impl Started {
    /// Whose session it is and the cookie that carries it, from the rows of the batch. The cache is not told: a session
    /// that no cached check ever meets needs no record, and the first that does has it written ([`refresh`]).
    pub(crate) fn finish<P: Platform>(
        self,
        app: &App<P>,
        request: &Request,
        mut rows: Vec<Rows>,
    ) -> Result<(SignedIn, HeaderValue), Problem> {
        let rows = rows.get_mut(self.whoami).map(std::mem::take).unwrap_or_default();
        let caller = if app.config.rbac_enabled {
            decode("sessions/principal", rows).map(|rows| rows.into_iter().next().map(Caller::with_rbac))
        } else {
            decode("sessions/account", rows).map(|rows| rows.into_iter().next().map(Caller::without_rbac))
        };
        // The account was suspended or deleted between the two round trips.
        let caller = caller.map_err(|error| store_problem(&error))?.ok_or_else(Problem::unauthenticated)?;
        let signed_in = SignedIn::of(caller)?;
        request.context.identify(signed_in.caller.identity());
        Ok((signed_in, set_session_cookie(&self.token, app.config.session_limits.absolute)))
    }
}

/// Writes down, after the response, that a session was used, where enough time has passed since it last was. Its record in
/// the cache is not written for that: one that has run out is missed by the next cached check, which has it written anew.
pub(crate) fn touch<P: Platform>(app: &Arc<App<P>>, request: &Request, session: &Session, now: Timestamp) {
    if !app.config.session_limits.is_due_for_touch(session.last_seen_at, now) {
        return;
    }
    let (app, context, session) = (app.clone(), request.context.clone(), session.id);
    request.context.defer(async move {
        if let Err(error) = sessions::touch(session, now).run(&app.db).await {
            warn(&context, "the use of a session was not written down", &error);
        }
    });
}

/// Writes down, after the response, that an API token was used, once an hour at most.
pub(crate) fn touch_token<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    token: ApiTokenId,
    last_used_at: Option<Timestamp>,
    now: Timestamp,
) {
    if last_used_at.is_some_and(|last| now.since(last) < TOKEN_USE) {
        return;
    }
    let (app, context) = (app.clone(), request.context.clone());
    request.context.defer(async move {
        if let Err(error) = api_tokens::touch(token, now, now.minus(TOKEN_USE)).run(&app.db).await {
            warn(&context, "the use of an API token was not written down", &error);
        }
    });
}

/// Brings the record of a session up to date for a cached check that found it stale or missing, and gives it. A warm one
/// is left as it is. False beside it: the cache knows of something newer than what was read here.
pub(crate) async fn refresh<P: Platform>(
    app: &App<P>,
    request: &Request,
    SignedIn { session, caller }: &SignedIn,
) -> (SessionRecord, bool) {
    let now = app.runtime.now();
    let fresh = record(session, caller, now);
    let Some(_turn) = app.refreshes.begin(session.token_hash, now) else { return (fresh, true) };
    let has_record = session.cached == Some(Cached::Live);
    // First the truth knows that there is a record, then there is one: no change can come in between and leave it alone.
    if !has_record {
        match sessions::cache(session.id, caller.account.authz_version).first(&app.db).await {
            Ok(Some(_)) => {}
            Ok(None) => return (fresh, false),
            Err(error) => {
                warn(&request.context, "a session record was not refreshed", &error);
                return (fresh, true);
            }
        }
    }
    let cache = SessionCache::new(&app.session_state);
    let written = async {
        let (id, ttl_seconds) = (session.token_hash, app.config.session_limits.idle.as_secs());
        let found = if has_record { cache.get(id).await? } else { None };
        match found {
            Some(GetResponse { freshness: Freshness::Fresh, session: found })
                if found == (SessionRecord { created_at: found.created_at, ..fresh.clone() }) =>
            {
                Ok::<_, SessionCacheError>(Outcome::Written)
            }
            Some(_) => cache.update(id, ttl_seconds, fresh.clone()).await,
            None => cache.create(&CreateRequest { id, ttl_seconds, session: fresh.clone() }).await,
        }
    };
    match written.await {
        Ok(outcome) => (fresh, outcome == Outcome::Written),
        Err(error) => {
            // What was read is right all the same; the next check will find the record missing once more.
            warn(&request.context, "a session record was not refreshed", &error);
            (fresh, true)
        }
    }
}

fn record(session: &Session, caller: &Caller, now: Timestamp) -> SessionRecord {
    let account = &caller.account;
    SessionRecord {
        version: RECORD_VERSION,
        user_id: account.user_id,
        username: account.email.to_string(),
        first_name: account.first_name.clone(),
        last_name: account.last_name.clone(),
        tenant_id: account.tenant_id,
        tenant: Some(account.tenant.clone()),
        staff: Some(account.staff),
        user_version: account.authz_version,
        created_at: now,
        expires_at: session.expires_at,
        roles: caller.authority.as_ref().map(|authority| authority.roles.clone()),
        permissions: caller.authority.as_ref().map(|_| caller.permissions()),
        epoch: caller.authority.as_ref().map(|authority| authority.epoch),
    }
}

fn warn(context: &RequestContext, message: &str, error: &impl std::fmt::Display) {
    context.log(Level::Warn, message, json!({ "cause": error.to_string() }));
}
