//! What keeps a session alive, and its record in the cache up to date.

use std::sync::Arc;

use accounts::Timestamp;
use api::session_state::{CreateRequest, RECORD_VERSION, SessionRecord};
use http_kit::{Level, Request};
use serde_json::json;
use store::sessions;

use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::session_cache::SessionCache;

/// Writes down, after the response, that a session was used, where enough time has passed since it last was; its record
/// in the cache lives on with it.
pub(crate) fn touch<P: Platform>(app: &Arc<App<P>>, request: &Request, caller: &Caller, now: Timestamp) {
    if !app.config.session_limits.is_due_for_touch(caller.account.last_seen_at, now) {
        return;
    }
    let (app, caller, request_id) = (app.clone(), caller.clone(), request.context.request_id.clone());
    request.context.defer(async move {
        if let Err(error) = sessions::touch(caller.account.session_id, now).run(&app.db).await {
            log(&app, &request_id, "the use of a session was not written down", &error);
        }
        let ttl = app.config.session_limits.idle.as_secs();
        let cache = SessionCache::new(&app.session_state);
        if let Err(error) = cache.update(caller.account.token_hash, ttl, record(&caller, now)).await {
            log(&app, &request_id, "a session record was not refreshed", &error);
        }
    });
}

/// Tells the cache, after the response, about a session that has just begun.
pub(crate) fn cache_new<P: Platform>(app: &Arc<App<P>>, request: &Request, caller: &Caller, now: Timestamp) {
    let (app, request_id) = (app.clone(), request.context.request_id.clone());
    let create = CreateRequest {
        id: caller.account.token_hash,
        ttl_seconds: app.config.session_limits.idle.as_secs(),
        session: record(caller, now),
    };
    request.context.defer(async move {
        // A session without a record is as good as one: whoever misses it has user-mgmt write it.
        if let Err(error) = SessionCache::new(&app.session_state).create(&create).await {
            log(&app, &request_id, "the record of a new session was not written", &error);
        }
    });
}

fn record(caller: &Caller, now: Timestamp) -> SessionRecord {
    let account = &caller.account;
    SessionRecord {
        version: RECORD_VERSION,
        user_id: account.user_id,
        username: account.email.to_string(),
        first_name: account.first_name.clone(),
        last_name: account.last_name.clone(),
        tenant_id: account.tenant_id,
        user_version: account.authz_version,
        created_at: now,
        expires_at: account.expires_at,
        roles: caller.authority.as_ref().map(|authority| authority.roles.clone()),
        permissions: caller.authority.as_ref().map(|_| caller.permissions()),
        epoch: caller.authority.as_ref().map(|authority| authority.epoch),
    }
}

fn log<P: Platform>(app: &App<P>, request_id: &str, message: &str, error: &impl std::fmt::Display) {
    let line = json!({ "message": message, "requestId": request_id, "cause": error.to_string() });
    app.runtime.log(Level::Warn, &line);
}
