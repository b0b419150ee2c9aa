use std::future::Future;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response, StatusCode};
use http_kit::{Bytes, Fetch, FetchError};
use wasm_bindgen_futures::JsFuture;
use worker::Fetcher;
use worker::js_sys::{Function, Promise, Reflect, Uint8Array};
use worker::send::SendFuture;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys;

use crate::untouched::Untouched;
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

    /// Gives up on an answer that takes longer: on its head, or on all of it where all of it is asked for. The other worker may
    /// still do what it was asked.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience: Some(patience), ..self }
    }

    async fn send(&self, request: Request<Body>) -> worker::Result<web_sys::Response> {
        let (address, init) = convert::request(request).await?;
        // Called as it is in JavaScript: the crate's own way makes a stream of every answer.
        let fetcher: &JsValue = self.fetcher.as_ref();
        let fetch: Function = Reflect::get(fetcher, &"fetch".into())?.dyn_into()?;
        let answer: Promise = fetch.call2(fetcher, &address.into(), &init)?.dyn_into()?;
        Ok(JsFuture::from(answer).await?.dyn_into()?)
    }

    async fn patiently<T>(&self, work: impl Future<Output = worker::Result<T>>) -> Result<T, FetchError> {
        let outcome = match self.patience {
            Some(patience) => within(patience, work).await.map_err(|error| FetchError(error.to_string()))?,
            None => work.await,
        };
        outcome.map_err(|error| FetchError(error.to_string()))
    }
}

impl Fetch for ServiceBinding {
    fn fetch(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Body>, FetchError>> + Send {
        SendFuture::new(self.patiently(async move {
            let passes_through = Untouched::<web_sys::Request>::is_in(request.extensions());
            let answer = self.send(request).await?;
            if passes_through { convert::untouched(answer) } else { convert::answer(answer) }
        }))
    }

    /// What nobody asks for, the headers, stays on the other side.
    fn exchange(
        &self,
        request: Request<Body>,
        limit: usize,
    ) -> impl Future<Output = Result<(StatusCode, Bytes), FetchError>> + Send {
        SendFuture::new(self.patiently(async move {
            let answer = self.send(request).await?;
            let status = StatusCode::from_u16(answer.status()).map_err(|error| error.to_string())?;
            let body = Uint8Array::new(&JsFuture::from(answer.array_buffer()?).await?);
            if body.length() as usize > limit {
                return Err(format!("the answer is longer than {limit} bytes").into());
            }
            Ok((status, body.to_vec().into()))
        }))
    }
}
