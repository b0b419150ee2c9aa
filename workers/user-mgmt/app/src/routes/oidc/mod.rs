//! Signing in at identity providers. Browsers come here by following links and redirects.

use http::StatusCode;
use http::header::{ACCEPT, HeaderValue, LOCATION, SET_COOKIE};
use http_kit::{Body, Level, Outcome, Problem, Request, clear_login_cookie};
use serde_json::json;

pub(super) mod backchannel_logout;
pub(super) mod callback;
pub(super) mod login;
pub(super) mod providers;

/// Shows a person what went wrong on the page that they came from; a program gets the problem as it is.
fn shown(request: &Request, outcome: Outcome, page: &str) -> Outcome {
    let problem = match outcome {
        Err(problem) if is_person(request) => problem,
        outcome => return outcome,
    };
    // Otherwise this would be a redirect like any other.
    let level = if problem.status().is_server_error() { Level::Error } else { Level::Warn };
    let fields = json!({ "code": problem.code(), "cause": problem.cause() });
    request.context.log(level, "signing in at a provider did not work", fields);
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
