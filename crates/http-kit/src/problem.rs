use std::fmt;
use std::time::Duration;

use http::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use serde_json::{Map, Value};

use axum::body::Body;

/// An answer that says what went wrong (RFC 9457), with a code that clients can rely on.
///
/// What the caller did is said precisely; what we did wrong is logged whole and said briefly.
#[derive(Clone, Debug)]
pub struct Problem(Box<Parts>);

/// Kept on the heap, so that a result which is usually `Ok` stays small.
#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    code: &'static str,
    detail: String,
    field: Option<String>,
    extra: Map<String, Value>,
    retry_after_seconds: Option<u64>,
    allow: Option<HeaderValue>,
    challenge: &'static str,
    cause: Option<String>,
}

impl Problem {
    /// A problem of this status and code; `detail` is for a person to read.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            status,
            code,
            detail: detail.into(),
            field: None,
            extra: Map::new(),
            retry_after_seconds: None,
            allow: None,
            challenge: "Bearer realm=\"edgeward\"",
            cause: None,
        }))
    }

    /// 400: what was sent can't be used.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", detail)
    }

    /// 400: one field of what was sent can't be used.
    pub fn invalid_field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut problem = Self::invalid(detail);
        problem.0.field = Some(field.into());
        problem
    }

    /// 400: a session cookie and an API token in one request; whose rights count is nothing to guess.
    pub fn two_credentials() -> Self {
        let detail = "send a session cookie or an API token, not both";
        Self::new(StatusCode::BAD_REQUEST, "two_credentials", detail)
    }

    /// 401: nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "sign in first")
    }

    /// 401: a bearer token was sent that is none, or none any more.
    pub fn invalid_bearer() -> Self {
        let mut problem = Self::unauthenticated();
        problem.0.challenge = "Bearer realm=\"edgeward\", error=\"invalid_token\"";
        problem
    }

    /// 403: the caller may not do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: there is nothing here, or nothing that the caller may know of.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address")
    }

    /// 409: it does not fit what is there.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 429: too often; another try makes sense after `wait`.
    pub fn too_many_requests(wait: Duration) -> Self {
        let mut problem = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "too many attempts; wait a little and try again",
        );
        problem.0.retry_after_seconds = Some(whole_seconds(wait));
        problem
    }

    /// 500: our fault. `cause` goes to the log alone.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut problem = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "something went wrong on our side",
        );
        problem.0.cause = Some(cause.to_string());
        problem
    }

    /// 503: something that this needs does not answer. `cause` goes to the log alone.
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "this is not available at the moment; try again",
        );
        problem.0.cause = Some(cause.to_string());
        problem.0.retry_after_seconds = Some(1);
        problem
    }

    /// 503: there is more of this to do than is good for everything else; another try makes sense after `wait`.
    pub fn busy(wait: Duration) -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "too many people ask for this at the moment; wait a little and try again",
        );
        problem.0.retry_after_seconds = Some(whole_seconds(wait));
        problem
    }

    pub(crate) fn method_not_allowed(allow: Option<HeaderValue>) -> Self {
        let mut problem = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "this address does not take this method",
        );
        problem.0.allow = allow;
        problem
    }

    /// Names what the problem is about, as a member of its own.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0.extra.insert(member.to_owned(), value.into());
        self
    }

    /// Says to the log alone what is behind the problem.
    #[must_use]
    pub fn caused_by(mut self, cause: impl fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Its code.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What it says to a person.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The field that it is about, if it is about one.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// What the log should say and the caller should not.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The answer.
    pub fn into_response(mut self, request_id: &str) -> Response<Body> {
        let mut body = std::mem::take(&mut self.0.extra);
        body.insert("type".to_owned(), format!("urn:edgeward:problem:{}", self.0.code).into());
        body.insert("title".to_owned(), self.0.status.canonical_reason().unwrap_or("Error").into());
        body.insert("status".to_owned(), self.0.status.as_u16().into());
        body.insert("code".to_owned(), self.0.code.into());
        // Clients of the older framework read `error`.
        body.insert("error".to_owned(), self.0.detail.clone().into());
        body.insert("detail".to_owned(), self.0.detail.as_str().into());
        body.insert("requestId".to_owned(), request_id.into());
        if let Some(field) = &self.0.field {
            body.insert("field".to_owned(), field.as_str().into());
        }
        let mut response = Response::new(Body::from(Value::Object(body).to_string()));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        self.set_head(&mut response);
        response
    }

    /// Gives a response the status and the headers that go with the problem, whatever shows it.
    pub(crate) fn set_head(&self, response: &mut Response<Body>) {
        *response.status_mut() = self.0.status;
        let headers = response.headers_mut();
        // RFC 9110 wants every 401 to name a scheme. Browsers don't ask for a password on account of this one.
        if self.0.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(self.0.challenge));
        }
        if let Some(seconds) = self.0.retry_after_seconds {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = &self.0.allow {
            headers.insert(ALLOW, allow.clone());
        }
    }
}

/// Never too early.
fn whole_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX)
}
