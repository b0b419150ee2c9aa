//! The route table. Every row is for other workers alone: this one has no public address.

use std::sync::Arc;

use accounts::TokenHash;
use api::session_state::{MAX_IDS, RECORD_VERSION, SessionRecord};
use http::{Method, StatusCode};
use http_kit::{Access, Body, Doc, Outcome, Problem, Request, Response, Route, RouteTable};

use crate::app::App;
use crate::kv::{Kv, MIN_TTL_SECONDS};

mod add;
mod cache;
mod create;
mod delete;
mod epoch;
mod get;
mod healthz;
mod invalidate;
mod revoke;
mod update;

/// Room for a record with 10,000 permissions.
const LARGE_BODY: usize = 2 * 1024 * 1024;

/// The route table of session-state.
pub fn routes<K: Kv>(app: &Arc<App<K>>) -> RouteTable {
    RouteTable::new(vec![
        row(app, Method::POST, "/create", create::doc(), create::handler).body_limit(LARGE_BODY),
        row(app, Method::GET, "/get/{id}", get::doc(), get::handler),
        row(app, Method::PUT, "/update/{id}", update::doc(), update::handler).body_limit(LARGE_BODY),
        row(app, Method::PATCH, "/add/{id}", add::doc(), add::handler),
        row(app, Method::DELETE, "/delete/{id}", delete::doc(), delete::handler),
        row(app, Method::POST, "/revoke", revoke::doc(), revoke::handler),
        row(app, Method::POST, "/invalidate", invalidate::doc(), invalidate::handler),
        row(app, Method::PUT, "/epoch", epoch::doc(), epoch::handler),
        row(app, Method::GET, "/cache/{key}", cache::get_doc(), cache::get),
        row(app, Method::PUT, "/cache/{key}", cache::put_doc(), cache::put).body_limit(LARGE_BODY),
        row(app, Method::DELETE, "/cache/{key}", cache::delete_doc(), cache::delete),
        row(app, Method::GET, "/healthz", healthz::doc(), healthz::handler),
    ])
}

fn row<K, F, R>(app: &Arc<App<K>>, method: Method, path: &'static str, doc: Doc, handler: F) -> Route
where
    K: Kv,
    F: Fn(Arc<App<K>>, Request) -> R + Send + Sync + 'static,
    R: Future<Output = Outcome> + Send + 'static,
{
    let app = app.clone();
    Route::new(method, path, Access::Binding, doc, move |request| handler(app.clone(), request)).quiet()
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn check_ttl(ttl_seconds: u64) -> Result<(), Problem> {
    if ttl_seconds < MIN_TTL_SECONDS {
        let detail = format!("`ttlSeconds` must be at least {MIN_TTL_SECONDS}");
        return Err(Problem::invalid_field("ttlSeconds", detail));
    }
    Ok(())
}

fn check_version(record: &SessionRecord) -> Result<(), Problem> {
    if record.version != RECORD_VERSION {
        let detail = format!("`session.version` must be {RECORD_VERSION}");
        return Err(Problem::invalid_field("session.version", detail));
    }
    Ok(())
}

fn check_count(ids: &[TokenHash]) -> Result<(), Problem> {
    if ids.len() > MAX_IDS {
        return Err(Problem::invalid_field("ids", format!("`ids` may name {MAX_IDS} sessions at most")));
    }
    Ok(())
}
