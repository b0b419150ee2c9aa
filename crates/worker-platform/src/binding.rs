use std::future::Future;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt;
use http_kit::{Fetch, FetchError};
use wasm_bindgen_futures::JsFuture;
use worker::Fetcher;
use worker::js_sys::{Function, Promise, Reflect};
use worker::send::SendFuture;
use worker::wasm_bindgen::{JsCast, JsValue};

use crate::{convert, within};

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
        let request = convert::request(request).await?;
        // Called as it is in JavaScript: the crate's own way makes a stream of every answer.
        let fetcher: &JsValue = self.fetcher.as_ref();
        let fetch: Function = Reflect::get(fetcher, &"fetch".into())?.dyn_into()?;
        let answer: Promise = fetch.call1(fetcher, &request)?.dyn_into()?;
        convert::answer(JsFuture::from(answer).await?.dyn_into()?)
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
                // Read here, so that an answer that breaks off after its head is not waited for any longer.
                Some(patience) => {
                    within(patience, whole(answer)).await.map_err(|error| FetchError(error.to_string()))?
                }
                None => answer.await,
            };
            answer.map_err(|error| FetchError(error.to_string()))
        })
    }
}

async fn whole(
    answer: impl Future<Output = worker::Result<Response<Body>>>,
) -> worker::Result<Response<Body>> {
    let (parts, body) = answer.await?.into_parts();
    let bytes = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
    Ok(Response::from_parts(parts, Body::from(bytes)))
}
