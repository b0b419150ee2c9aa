use std::fmt;

use http::{Response, StatusCode};
use http_kit::{Body, Problem};

/// The answer to a request that goes no further.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub(crate) problem: Problem,
    pub(crate) request_id: String,
}

impl Refusal {
    /// Its status: 400, 401, 403, 404 or 503.
    pub fn status(&self) -> StatusCode {
        self.problem.status()
    }

    /// Its code, such as `permission_denied`.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// What it says.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The answer, as `application/problem+json`.
    pub fn into_response(self) -> Response<Body> {
        let mut response = self.problem.into_response(&self.request_id);
        let no_store = http::HeaderValue::from_static("no-store");
        response.headers_mut().insert(http::header::CACHE_CONTROL, no_store);
        response
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status(), self.problem.detail())
    }
}

impl std::error::Error for Refusal {}
