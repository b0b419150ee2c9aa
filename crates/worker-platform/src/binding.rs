use std::future::Future;
use std::time::Duration;

use axum::body::Body;
use http::header::CONTENT_LENGTH;
use http::{Request, Response};
use http_body_util::BodyExt;
use http_kit::{Fetch, FetchError};
use worker::Fetcher;
use worker::send::SendFuture;

use crate::{convert, within};

/// The longest answer that is read whole, in bytes; a longer one, or one of unknown length, is passed on as it comes.
const WHOLE: u64 = 256 * 1024;

/// Another worker, by its service binding.
#[derive(Clone, Debug)]
pub struct ServiceBinding {
    fetcher: Fetcher,
    patience: Option<Duration>,
}

impl ServiceBinding {
    /// Wraps the binding.
    pub fn new(fetcher: Fetcher) -> Self {
        Self { fetcher, patience: None }
    }

    /// Gives up on an answer that takes longer. The other worker may still do what it was asked.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience: Some(patience), ..self }
    }

    async fn send(&self, request: Request<Body>) -> worker::Result<Response<Body>> {
        let request: worker::Request = convert::request(request).await?.into();
        let (parts, body) = self.fetcher.fetch_request(request).await?.into_parts();
        let length = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let body = match length {
            Some(..=WHOLE) => Body::from(body.collect().await?.to_bytes()),
            Some(_) | None => Body::new(body),
        };
        Ok(Response::from_parts(parts, body))
    }
}

impl Fetch for ServiceBinding {
    fn fetch(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Body>, FetchError>> + Send {
        SendFuture::new(async move {
            let answer = self.send(request);
            let answer = match self.patience {
                Some(patience) => {
                    within(patience, answer).await.map_err(|error| FetchError(error.to_string()))?
                }
                None => answer.await,
            };
            answer.map_err(|error| FetchError(error.to_string()))
        })
    }
}
