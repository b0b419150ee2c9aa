//! The client of session-state.

use accounts::TokenHash;
use api::session_state::{
    CreateRequest, EpochRequest, InvalidateRequest, MAX_IDS, RevokeRequest, SessionRecord, UpdateRequest,
};
use http::header::CONTENT_TYPE;
use http::{Method, Request, StatusCode};
use http_kit::{Body, Fetch, FetchError};
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
}

/// The cache of sessions, as user-mgmt writes it.
#[derive(Debug)]
pub struct SessionCache<'a, F>(&'a F);

impl<'a, F: Fetch> SessionCache<'a, F> {
    /// The cache behind this binding.
    pub fn new(session_state: &'a F) -> Self {
        Self(session_state)
    }

    /// Writes the record of a new session.
    pub async fn create(&self, request: &CreateRequest) -> Result<(), SessionCacheError> {
        self.send(Method::POST, "/create", request).await.or_else(superseded)
    }

    /// Writes the record of a session anew.
    pub async fn update(
        &self,
        id: TokenHash,
        ttl_seconds: u64,
        session: SessionRecord,
    ) -> Result<(), SessionCacheError> {
        let request = UpdateRequest { ttl_seconds, session };
        self.send(Method::PUT, &format!("/update/{id}"), &request).await.or_else(superseded)
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
        let request = Request::builder()
            .method(method)
            .uri(format!("https://session-state{path}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .map_err(|error| SessionCacheError::Request(error.to_string()))?;
        let status = self.0.fetch(request).await?.status();
        if status.is_success() { Ok(()) } else { Err(SessionCacheError::Refused(status)) }
    }
}

/// A record that the cache refuses because it knows something newer has done its job.
fn superseded(error: SessionCacheError) -> Result<(), SessionCacheError> {
    match error {
        SessionCacheError::Refused(StatusCode::CONFLICT) => Ok(()),
        error => Err(error),
    }
}
