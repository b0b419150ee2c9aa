use std::future::Future;

use axum::body::Body;
use http::header::CONTENT_LENGTH;
use http::{Request, Response};
use http_body_util::BodyExt;
use http_kit::{Fetch, FetchError};
use worker::Fetcher;
use worker::send::SendFuture;

use crate::convert;

/// The longest answer that is read whole, in bytes; a longer one, or one of unknown length, is passed on as it comes.
const WHOLE: u64 = 256 * 1024;

/// Another worker, by its service binding.
#[derive(Clone, Debug)]
pub struct ServiceBinding(Fetcher);

impl ServiceBinding {
    /// Wraps the binding.
    pub fn new(fetcher: Fetcher) -> Self {
        Self(fetcher)
    }

    async fn send(&self, request: Request<Body>) -> worker::Result<Response<Body>> {
        let request: worker::Request = convert::request(request).await?.into();
        let (parts, body) = self.0.fetch_request(request).await?.into_parts();
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
        SendFuture::new(
            async move { self.send(request).await.map_err(|error| FetchError(error.to_string())) },
        )
    }
}
