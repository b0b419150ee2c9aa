//! The Cloudflare Workers side of the platform seams.
//!
//! In scope: time, randomness, the log, service bindings, rate limits, hashing passwords, work after the response,
//! variables, and what a worker keeps for the life of its isolate. Not in scope: the database (`edgeward-store-d1`), and anything that decides.

mod analytics_engine;
mod binding;
mod convert;
mod guard;
mod internet;
mod isolate;
mod patience;
mod rate_limiter;
mod runtime;
mod unread;
mod untouched;
mod variables;
mod wait_until;
mod web_crypto;

pub use analytics_engine::AnalyticsEngine;
pub use binding::ServiceBinding;
pub use guard::guard;
pub use internet::Internet;
pub use isolate::{Isolate, binding};
pub use patience::{TimedOut, within};
pub use rate_limiter::RateLimiter;
pub use runtime::WorkerRuntime;
pub use variables::lookup;
pub use wait_until::WaitUntil;
pub use web_crypto::WebCrypto;

use std::sync::Arc;

use axum::body::Body;
use http_kit::Service;

/// A request as the platform gives it.
pub type Request = web_sys::Request;

/// An answer as the platform takes it.
pub type Response = web_sys::Response;

/// A request as a router takes it, of one that the platform gave.
pub async fn from_request(request: Request) -> worker::Result<http::Request<Body>> {
    let uri = convert::uri(&request)?;
    convert::incoming(request, uri).await
}

/// An answer as the platform takes it, of one that a router gave.
pub async fn into_response(response: http::Response<Body>) -> worker::Result<Response> {
    convert::response(response).await
}

/// Answers a request of a worker.
pub async fn serve(
    service: &Service,
    request: Request,
    context: worker::Context,
) -> worker::Result<Response> {
    let deferred = Arc::new(WaitUntil::new(context));
    let uri = convert::uri(&request)?;
    let request = if service.hands_on(&uri) {
        convert::handed_on(request, uri)?
    } else {
        convert::incoming(request, uri).await?
    };
    convert::response(service.handle(request, deferred).await).await
}
