//! The client of session-state.

use accounts::TokenHash;
use api::session_state::{
    CreateRequest, EpochRequest, GetResponse, InvalidateRequest, MAX_IDS, RevokeRequest, SessionRecord,
    UpdateRequest,
};
use http::header::CONTENT_TYPE;
use http::{Method, Request, StatusCode};
use http_kit::{Body, Bytes, Fetch, FetchError};
use serde::Serialize;

/// Why the cache did not take something.
#[derive(Debug, thiserror::Error)]
pub enum SessionCacheError {
    /// It did not answer.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It answered, and refused.
    #[error("session-state answered {0}")]
    Refused(StatusCode),
    /// The request could not be made.
    #[error("unusable request: {0}")]
    Request(String),
    /// It answered with something else than what was asked for.
    #[error("unreadable answer: {0}")]
    Answer(String),
}

/// The largest answer that is read: a record of 10,000 permissions has room.
const ANSWER_LIMIT: usize = 4 * 1024 * 1024;

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the cache.
    Written,
    /// The cache refused it because it knows something newer.
    Superseded,
}

/// The cache of sessions, as user-mgmt writes it.
#[derive(Debug)]
pub struct SessionCache<'a, F>(&'a F);

impl<'a, F: Fetch> SessionCache<'a, F> {
    /// The cache behind this binding.
    pub fn new(session_state: &'a F) -> Self {
        Self(session_state)
    }

    /// The record of a session, if there is one that may be believed.
    pub async fn get(&self, id: TokenHash) -> Result<Option<GetResponse>, SessionCacheError> {
        match self.fetch(Method::GET, &format!("/get/{id}"), Body::empty()).await {
            Ok(body) => {
                let record = serde_json::from_slice(&body);
                record.map(Some).map_err(|error| SessionCacheError::Answer(error.to_string()))
            }
            Err(SessionCacheError::Refused(StatusCode::NOT_FOUND)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes the record of a new session.
    pub async fn create(&self, request: &CreateRequest) -> Result<Outcome, SessionCacheError> {
        outcome(self.send(Method::POST, "/create", request).await)
    }

    /// Writes the record of a session anew.
    pub async fn update(
        &self,
        id: TokenHash,
        ttl_seconds: u64,
        session: SessionRecord,
    ) -> Result<Outcome, SessionCacheError> {
        let request = UpdateRequest { ttl_seconds, session };
        outcome(self.send(Method::PUT, &format!("/update/{id}"), &request).await)
    }

    /// These sessions are over.
    pub async fn revoke(&self, ids: Vec<TokenHash>) -> Result<(), SessionCacheError> {
        for ids in ids.chunks(MAX_IDS) {
            self.send(Method::POST, "/revoke", &RevokeRequest { ids: ids.to_vec() }).await?;
        }
        Ok(())
    }

    /// Records of a user at an earlier version are not to be believed.
    pub async fn invalidate(&self, ids: Vec<TokenHash>, user_version: i64) -> Result<(), SessionCacheError> {
        for ids in ids.chunks(MAX_IDS) {
            let request = InvalidateRequest { ids: ids.to_vec(), user_version };
            self.send(Method::POST, "/invalidate", &request).await?;
        }
        Ok(())
    }

    /// Records of an earlier epoch are stale.
    pub async fn raise_epoch(&self, epoch: i64) -> Result<(), SessionCacheError> {
        self.send(Method::PUT, "/epoch", &EpochRequest { epoch }).await
    }

    async fn send(&self, method: Method, path: &str, body: &impl Serialize) -> Result<(), SessionCacheError> {
        let body = serde_json::to_vec(body).map_err(|error| SessionCacheError::Request(error.to_string()))?;
        self.fetch(method, path, Body::from(body)).await.map(|_| ())
    }

    async fn fetch(&self, method: Method, path: &str, body: Body) -> Result<Bytes, SessionCacheError> {
        let request = Request::builder()
            .method(method)
            .uri(format!("https://session-state{path}"))
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(|error| SessionCacheError::Request(error.to_string()))?;
        let (status, body) = self.0.exchange(request, ANSWER_LIMIT).await?;
        if status.is_success() { Ok(body) } else { Err(SessionCacheError::Refused(status)) }
    }
}

/// That the cache knows something newer is no failure.
fn outcome(sent: Result<(), SessionCacheError>) -> Result<Outcome, SessionCacheError> {
    match sent {
        Ok(()) => Ok(Outcome::Written),
        Err(SessionCacheError::Refused(StatusCode::CONFLICT)) => Ok(Outcome::Superseded),
        Err(error) => Err(error),
    }
}
