//! What the HTTP side of every worker shares.
//!
//! In scope: problems (RFC 9457), the route table and the router made from it, the context of a request, reading
//! bodies and parameters with errors that name the field, the origin check, cookies, the log line, and the seams to
//! other workers. Not in scope: who may do what, and any platform.

mod analytics;
mod bearer;
mod context;
mod cookie;
mod fetch;
mod local_path;
mod origin;
mod problem;
mod rate_limit;
mod request;
mod route;
mod runtime;
mod secret;
mod secure_url;
mod service;
mod turns;
mod vars;

#[cfg(feature = "openapi")]
pub mod openapi;

pub use analytics::{Analytics, AnalyticsError};
pub use axum::body::{Body, Bytes};
pub use bearer::bearer_token;
pub use context::{Identity, RequestContext, request_id};
pub use cookie::{
    DEVICE_COOKIE, DEVICE_LIFE, SESSION_COOKIE, clear_login_cookie, clear_session_cookie, device_cookie,
    login_cookie, session_cookie, set_device_cookie, set_login_cookie, set_session_cookie,
};
pub use fetch::{Fetch, FetchError, read_body};
pub use local_path::LocalPath;
pub use problem::Problem;
pub use rate_limit::{RateLimit, RateLimitError};
pub use request::Request;
pub use route::{Access, Described, Doc, Endpoint, Outcome, Route, RouteTable};
pub use runtime::{BoxFuture, Defer, Level, Runtime, log_line};
pub use secret::Secret;
pub use secure_url::{ParseSecureUrlError, SecureUrl};
pub use service::{ErrorPage, Response, Service, json};
pub use turns::Turns;
pub use vars::Vars;
