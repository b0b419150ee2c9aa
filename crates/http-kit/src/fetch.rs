use std::future::Future;

use axum::body::{Body, Bytes};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};

/// Another worker, reached over a service binding.
pub trait Fetch: Send + Sync + 'static {
    /// Sends a request and waits for the head of the answer.
    fn fetch(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Body>, FetchError>> + Send;

    /// Sends a request and waits for all of the answer that most ask for: its status and its body, of at most `limit` bytes.
    fn exchange(
        &self,
        request: Request<Body>,
        limit: usize,
    ) -> impl Future<Output = Result<(StatusCode, Bytes), FetchError>> + Send {
        async move {
            let (head, body) = self.fetch(request).await?.into_parts();
            Ok((head.status, read_body(body, limit).await?))
        }
    }
}

/// The other worker did not answer, or broke off.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the other worker did not answer: {0}")]
pub struct FetchError(pub String);

/// Reads a whole body of at most `limit` bytes.
pub async fn read_body(body: Body, limit: usize) -> Result<Bytes, FetchError> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => Err(FetchError(error.to_string())),
    }
}
