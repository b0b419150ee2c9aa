use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use http_kit::{Body, BoxFuture, Fetch, Problem};

/// Hands every request on to account-pages: the fallback of an application that stands in front of it, so that one address
/// serves both and the session cookie reaches both. With routes by path in front of the two workers this is not needed.
#[derive(Debug)]
pub struct Front<F>(Arc<F>);

impl<F> Front<F> {
    /// In front of `account_pages`, by its service binding.
    pub fn new(account_pages: F) -> Self {
        Self(Arc::new(account_pages))
    }
}

impl<F> Clone for Front<F> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<F: Fetch> tower::Service<Request<Body>> for Front<F> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let account_pages = self.0.clone();
        Box::pin(async move {
            let answer = account_pages.fetch(request).await;
            Ok(answer.unwrap_or_else(|error| Problem::unavailable(error).into_response("")))
        })
    }
}
