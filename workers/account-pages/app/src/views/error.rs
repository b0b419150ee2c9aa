use askama::Template;
use http::StatusCode;
use http_kit::{Problem, RequestContext, Response};

use super::{Samples, page};

/// What people see instead of a problem: what happened, and what they can do.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/error.html")]
pub struct ErrorPage {
    status: u16,
    title: &'static str,
    advice: &'static str,
    request_id: String,
}

impl ErrorPage {
    /// The page for a problem. It says what the status says, in plain words; the problem itself is for programs.
    pub fn new(problem: &Problem, request_id: &str) -> Self {
        let status = problem.status();
        let (title, advice) = match status {
            StatusCode::FORBIDDEN if problem.code() == "forbidden" => (
                "This is not for you to see or do",
                "Your roles do not allow it. Whoever runs this site can give you one that does.",
            ),
            StatusCode::NOT_FOUND => {
                ("There is no such page", "The address may be misspelled, or the page may have moved.")
            }
            StatusCode::METHOD_NOT_ALLOWED => (
                "This address can't be used like that",
                "It is there for a form to be sent to, or only to be looked at.",
            ),
            StatusCode::FORBIDDEN => (
                "This did not come from one of our pages",
                "For your safety nothing was done. Open the page again from the start page, and try once more.",
            ),
            StatusCode::TOO_MANY_REQUESTS => (
                "Too many attempts",
                "For the safety of all accounts this works only so often. Wait a minute, then try again.",
            ),
            StatusCode::SERVICE_UNAVAILABLE => (
                "Not available at the moment",
                "This is not your doing. Wait a minute, then try again. If it goes on, tell whoever runs this site, \
                 and give them the reference below.",
            ),
            status if status.is_client_error() => (
                "This could not be read",
                "What your browser sent is not what this page expects. Go back, reload the page, and try again.",
            ),
            _ => (
                "Something went wrong on our side",
                "It was noted. Try again in a minute. If it goes on, tell whoever runs this site, and give them the \
                 reference below.",
            ),
        };
        Self { status: status.as_u16(), title, advice, request_id: request_id.to_owned() }
    }
}

/// Shows a problem to people; programs, which use `/api`, get it as it is.
pub fn error_page(context: &RequestContext, problem: &Problem) -> Option<Response> {
    let path = context.uri.path();
    if path == "/api" || path.starts_with("/api/") {
        return None;
    }
    page(context, problem.status(), &ErrorPage::new(problem, &context.request_id)).ok()
}

impl Samples for ErrorPage {
    const NAME: &'static str = "error";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let of = |name, status| (name, Self::new(&Problem::new(status, "code", text), text));
        vec![
            of("unreadable", StatusCode::BAD_REQUEST),
            of("foreign", StatusCode::FORBIDDEN),
            ("forbidden", Self::new(&Problem::forbidden(text), text)),
            of("missing", StatusCode::NOT_FOUND),
            of("method", StatusCode::METHOD_NOT_ALLOWED),
            of("often", StatusCode::TOO_MANY_REQUESTS),
            of("internal", StatusCode::INTERNAL_SERVER_ERROR),
            of("unavailable", StatusCode::SERVICE_UNAVAILABLE),
        ]
    }
}
