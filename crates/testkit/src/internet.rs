use std::sync::{Arc, Mutex};

use http::{Request, Response, StatusCode};
use http_kit::{Body, Fetch, FetchError, read_body};

use crate::identity_provider::IdentityProvider;

/// A request that went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRequest {
    /// Its method.
    pub method: http::Method,
    /// Its address.
    pub uri: String,
    /// Its body.
    pub body: String,
}

/// Servers elsewhere: the identity provider, and others, to which what is sent is kept, and whose every answer has the same
/// status.
#[derive(Clone, Debug)]
pub struct MemoryInternet {
    identity_provider: IdentityProvider,
    sent: Arc<Mutex<Vec<SentRequest>>>,
    answer: Arc<Mutex<Option<StatusCode>>>,
}

impl MemoryInternet {
    pub(crate) fn new(identity_provider: IdentityProvider) -> Self {
        Self {
            identity_provider,
            sent: Arc::default(),
            answer: Arc::new(Mutex::new(Some(StatusCode::NO_CONTENT))),
        }
    }

    /// Has every request answered like this from now on, or not at all.
    pub fn answer_with(&self, status: Option<StatusCode>) {
        *self.answer.lock().unwrap() = status;
    }

    /// Everything that was sent, in order.
    pub fn sent(&self) -> Vec<SentRequest> {
        self.sent.lock().unwrap().clone()
    }
}

impl Fetch for MemoryInternet {
    async fn fetch(&self, request: Request<Body>) -> Result<Response<Body>, FetchError> {
        if IdentityProvider::is_at(request.uri()) {
            return self.identity_provider.fetch(request).await;
        }
        let (parts, body) = request.into_parts();
        let body = read_body(body, usize::MAX).await?.to_vec();
        let uri = parts.uri.to_string();
        let sent =
            SentRequest { method: parts.method, uri: uri.clone(), body: String::from_utf8(body).unwrap() };
        self.sent.lock().unwrap().push(sent);
        let status = *self.answer.lock().unwrap();
        // As the platform does, in words that repeat the address.
        let status = status.ok_or_else(|| FetchError(format!("{uri}: connection refused")))?;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        Ok(response)
    }
}
