//! Signing in at identity providers. Browsers come here by following links and redirects.

use std::sync::Arc;

use http::StatusCode;
use http::header::{ACCEPT, HeaderValue, LOCATION, SET_COOKIE};
use http_kit::{Body, Level, Outcome, Problem, Request, clear_login_cookie};
use serde_json::json;

use crate::app::{App, Platform};

pub(super) mod backchannel_logout;
pub(super) mod callback;
pub(super) mod login;
pub(super) mod providers;

/// Shows a person what went wrong on the page that they came from; a program gets the problem as it is.
fn shown<P: Platform>(app: &Arc<App<P>>, request: &Request, outcome: Outcome, page: &str) -> Outcome {
    let problem = match outcome {
        Err(problem) if is_person(request) => problem,
        outcome => return outcome,
    };
    // Otherwise this would be a redirect like any other.
    let line = json!({
        "message": "signing in at a provider did not work", "requestId": request.context.request_id,
        "code": problem.code(), "cause": problem.cause(),
    });
    let level = if problem.status().is_server_error() { Level::Error } else { Level::Warn };
    app.runtime.log(level, &line);
    let mut response = http::Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let target =
        HeaderValue::try_from(format!("{page}?error={}", problem.code())).map_err(Problem::internal)?;
    response.headers_mut().insert(LOCATION, target);
    response.headers_mut().append(SET_COOKIE, clear_login_cookie());
    Ok(response)
}

fn is_person(request: &Request) -> bool {
    request
        .headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
