//! The Cloudflare Workers side of the platform seams.
//!
//! In scope: time, randomness, the log, service bindings, work after the response, variables, and what a worker keeps
//! for the life of its isolate. Not in scope: the database (`edgeward-store-d1`), and anything that decides.

mod binding;
mod convert;
mod isolate;
mod runtime;
mod variables;
mod wait_until;

pub use binding::ServiceBinding;
pub use isolate::{Isolate, binding};
pub use runtime::WorkerRuntime;
pub use variables::lookup;
pub use wait_until::WaitUntil;

use std::sync::Arc;

use axum::body::Body;
use http_kit::Service;

/// An answer as the platform takes it.
pub type Response = worker::web_sys::Response;

/// Answers a request of a worker.
pub async fn serve(
    service: &Service,
    request: worker::HttpRequest,
    context: worker::Context,
) -> worker::Result<Response> {
    let deferred = Arc::new(WaitUntil::new(context));
    convert::response(service.handle(request.map(Body::new), deferred).await).await
}
