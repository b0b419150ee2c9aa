//! The two workers that know who somebody is: session-state for cached checks, user-mgmt for strict ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use accounts::{SessionToken, TokenHash};
use api::internal_api::{self, FindingsReport};
use api::session_state::{Freshness, GetResponse, SessionRecord};
use futures_util::future::{Either, select};
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderValue};
use http::{HeaderMap, Method, Request, StatusCode};
use http_kit::{
    Body, BoxFuture, Bytes, Fetch, FetchError, Level, Problem, Runtime, SESSION_COOKIE, bearer_token,
    session_cookie,
};

use serde::de::DeserializeOwned;
use serde_json::json;

use crate::principal::Principal;

/// The largest answer that is read: a record of 10,000 permissions has room.
const ANSWER_LIMIT: usize = 4 * 1024 * 1024;

/// How long session-state is left alone after it failed, so that not every check waits for it.
const REST: Duration = Duration::from_secs(5);

/// Who makes a request, as far as that is known.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    /// They do.
    Known(Box<Principal>),
    /// Nobody who is signed in.
    Nobody,
    /// Whoever could have said so did not. Why is for the log.
    Unknown(String),
}

/// What a request was made with.
pub(crate) enum Credential {
    None,
    Session(SessionToken),
    /// The whole header.
    Token(HeaderValue),
}

impl Credential {
    /// Reads it as user-mgmt does: of two credentials none counts, and without RBAC there are no API tokens.
    pub(crate) fn read(headers: &HeaderMap, rbac_enabled: bool) -> Result<Self, Problem> {
        let bearer = if rbac_enabled { bearer_token(headers) } else { Ok(None) };
        match (bearer, session_cookie(headers)) {
            (Ok(None), Some(session)) => Ok(Self::Session(session)),
            (Ok(Some(_)), None) => Ok(headers.get(AUTHORIZATION).cloned().map_or(Self::None, Self::Token)),
            (Ok(None) | Err(_), None) => Ok(Self::None),
            (Ok(Some(_)) | Err(_), Some(_)) => Err(Problem::two_credentials()),
        }
    }
}

/// A [`Fetch`] of any kind.
trait Ask: Send + Sync {
    fn ask(&self, request: Request<Body>) -> BoxFuture<'_, Result<(StatusCode, Bytes), FetchError>>;
}

impl<F: Fetch> Ask for F {
    fn ask(&self, request: Request<Body>) -> BoxFuture<'_, Result<(StatusCode, Bytes), FetchError>> {
        Box::pin(self.exchange(request, ANSWER_LIMIT))
    }
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    #[error("{0} did not answer: {1}")]
    Fetch(&'static str, FetchError),
    #[error("{0} did not answer within {1:?}")]
    Timeout(&'static str, Duration),
    #[error("{0} answered {1}")]
    Status(&'static str, StatusCode),
    #[error("the answer of {0} can't be read: {1}")]
    Answer(&'static str, String),
    #[error("the question to {0} can't be put: {1}")]
    Question(&'static str, http::Error),
}

type Result<T, E = UpstreamError> = std::result::Result<T, E>;

const USER_MGMT: &str = "user-mgmt";
const SESSION_STATE: &str = "session-state";

pub(crate) struct Upstream {
    user_mgmt: Box<dyn Ask>,
    session_state: Option<Box<dyn Ask>>,
    /// Until when session-state is left alone, in unix milliseconds.
    resting: AtomicI64,
    runtime: Arc<dyn Runtime>,
    patience: Duration,
}

impl Upstream {
    pub(crate) fn new(
        user_mgmt: impl Fetch,
        session_state: Option<impl Fetch>,
        runtime: Arc<dyn Runtime>,
        patience: Duration,
    ) -> Self {
        let session_state = session_state.map(|binding| Box::new(binding) as Box<dyn Ask>);
        Self {
            user_mgmt: Box::new(user_mgmt),
            session_state,
            resting: AtomicI64::new(i64::MIN),
            runtime,
            patience,
        }
    }

    /// One question to user-mgmt, which reads the truth.
    pub(crate) async fn strict(&self, credential: &Credential, request_id: &str) -> Identity {
        match self.principal(credential, request_id).await {
            Ok(Some(principal)) => Identity::Known(Box::new(principal)),
            Ok(None) => Identity::Nobody,
            Err(error) => Identity::Unknown(error.to_string()),
        }
    }

    /// One question to session-state; to user-mgmt only where session-state does not know, or knows only what is out of
    /// date. `rbac_enabled`: a record without permissions does not do.
    pub(crate) async fn cached(
        &self,
        credential: &Credential,
        request_id: &str,
        rbac_enabled: bool,
    ) -> Identity {
        let (Credential::Session(token), Some(session_state)) = (credential, &self.session_state) else {
            return self.strict(credential, request_id).await;
        };
        if self.runtime.now().as_millis() < self.resting.load(Ordering::Relaxed) {
            return self.strict(credential, request_id).await;
        }
        let found = match self.record(&**session_state, token.hash(), request_id).await {
            Ok(found) => found,
            Err(error) => {
                self.rest(&error, request_id);
                return self.strict(credential, request_id).await;
            }
        };
        let stale = match found {
            Some(GetResponse { freshness, session }) => {
                let usable =
                    freshness == Freshness::Fresh && (session.permissions.is_some() || !rbac_enabled);
                match (Principal::of_record(session), usable) {
                    (Some(principal), true) => return Identity::Known(Box::new(principal)),
                    (principal, _) => principal,
                }
            }
            None => None,
        };
        match (self.refresh(token, request_id).await, stale) {
            (Ok(Some(principal)), _) => Identity::Known(Box::new(principal)),
            (Ok(None), _) => Identity::Nobody,
            // Who it is has not changed; what they may do is not known.
            (Err(_), Some(principal)) => Identity::Known(Box::new(principal.without_authority())),
            (Err(error), None) => Identity::Unknown(error.to_string()),
        }
    }

    /// session-state does not do its part: until it does, every check is a strict one.
    fn rest(&self, error: &UpstreamError, request_id: &str) {
        self.resting.store(self.runtime.now().plus(REST).as_millis(), Ordering::Relaxed);
        let message = "cached checks are strict ones for a while";
        let line = json!({ "message": message, "requestId": request_id, "cause": error.to_string() });
        self.runtime.log(Level::Warn, line);
    }

    /// Tells user-mgmt what was found.
    pub(crate) async fn report(&self, report: &FindingsReport) -> Result<()> {
        let body = serde_json::to_vec(report)
            .map_err(|error| UpstreamError::Answer(USER_MGMT, error.to_string()))?;
        let request = Request::post("https://user-mgmt/internal/findings")
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body));
        let (status, _) = self.exchange(USER_MGMT, &*self.user_mgmt, request).await?;
        if status.is_success() { Ok(()) } else { Err(UpstreamError::Status(USER_MGMT, status)) }
    }

    async fn principal(&self, credential: &Credential, request_id: &str) -> Result<Option<Principal>> {
        let request = Self::question(Method::GET, "/internal/principal", credential, request_id);
        let principal = self.answer::<internal_api::Principal>(request).await?;
        Ok(principal.map(Principal::from))
    }

    async fn refresh(&self, token: &SessionToken, request_id: &str) -> Result<Option<Principal>> {
        let credential = Credential::Session(token.clone());
        let request = Self::question(Method::POST, "/sessions/refresh", &credential, request_id);
        let Some(record) = self.answer::<SessionRecord>(request).await? else { return Ok(None) };
        let incomplete = || UpstreamError::Answer(USER_MGMT, "it is of an older release".to_owned());
        Principal::of_record(record).ok_or_else(incomplete).map(Some)
    }

    async fn record(
        &self,
        session_state: &dyn Ask,
        id: TokenHash,
        request_id: &str,
    ) -> Result<Option<GetResponse>> {
        let request = Request::get(format!("https://session-state/get/{id}"))
            .header("x-request-id", request_id)
            .body(Body::empty());
        let (status, body) = self.exchange(SESSION_STATE, session_state, request).await?;
        match status {
            StatusCode::OK => read(SESSION_STATE, &body).map(Some),
            StatusCode::NOT_FOUND => Ok(None),
            status => Err(UpstreamError::Status(SESSION_STATE, status)),
        }
    }

    /// A question to user-mgmt with what the request was made with, and nothing else of the request.
    fn question(
        method: Method,
        path: &str,
        credential: &Credential,
        request_id: &str,
    ) -> Result<Request<Body>, http::Error> {
        let request = Request::builder()
            .method(method)
            .uri(format!("https://user-mgmt{path}"))
            .header("x-request-id", request_id);
        let request = match credential {
            Credential::None => request,
            Credential::Session(token) => {
                request.header(COOKIE, format!("{SESSION_COOKIE}={}", token.reveal()))
            }
            Credential::Token(header) => request.header(AUTHORIZATION, header),
        };
        request.body(Body::empty())
    }

    /// What user-mgmt answers about somebody; nothing where it knows nobody.
    async fn answer<T: DeserializeOwned>(
        &self,
        request: Result<Request<Body>, http::Error>,
    ) -> Result<Option<T>> {
        let (status, body) = self.exchange(USER_MGMT, &*self.user_mgmt, request).await?;
        match status {
            StatusCode::OK => read(USER_MGMT, &body).map(Some),
            StatusCode::UNAUTHORIZED => Ok(None),
            status => Err(UpstreamError::Status(USER_MGMT, status)),
        }
    }

    /// One question and its whole answer, within the time that there is.
    async fn exchange(
        &self,
        name: &'static str,
        worker: &dyn Ask,
        request: Result<Request<Body>, http::Error>,
    ) -> Result<(StatusCode, Bytes)> {
        let request = request.map_err(|error| UpstreamError::Question(name, error))?;
        match select(worker.ask(request), self.runtime.sleep(self.patience)).await {
            Either::Left((answer, _)) => answer.map_err(|error| UpstreamError::Fetch(name, error)),
            Either::Right(_) => Err(UpstreamError::Timeout(name, self.patience)),
        }
    }
}

fn read<T: DeserializeOwned>(name: &'static str, body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| UpstreamError::Answer(name, error.to_string()))
}
