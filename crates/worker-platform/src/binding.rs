use std::future::Future;

use axum::body::{Body, HttpBody};
use http::{Request, Response, Uri};
use http_body_util::BodyExt;
use http_kit::{Fetch, FetchError};
use worker::Fetcher;
use worker::js_sys::Uint8Array;
use worker::send::SendFuture;
use worker::web_sys::{self, Headers, RequestInit, RequestRedirect};

/// Another worker, by its service binding.
#[derive(Clone, Debug)]
pub struct ServiceBinding(Fetcher);

impl ServiceBinding {
    /// Wraps the binding.
    pub fn new(fetcher: Fetcher) -> Self {
        Self(fetcher)
    }

    async fn send(&self, request: Request<Body>) -> worker::Result<Response<Body>> {
        let request: worker::Request = to_worker(request).await?.into();
        Ok(self.0.fetch_request(request).await?.map(Body::new))
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

async fn to_worker(request: Request<Body>) -> worker::Result<web_sys::Request> {
    let (parts, body) = request.into_parts();
    let headers = Headers::new()?;
    for (name, value) in &parts.headers {
        headers.append(name.as_str(), std::str::from_utf8(value.as_bytes())?)?;
    }
    let init = RequestInit::new();
    init.set_method(parts.method.as_str());
    init.set_headers(headers.as_ref());
    // A redirect is an answer like any other: it is for the browser to follow.
    init.set_redirect(RequestRedirect::Manual);
    if body.size_hint().exact().is_some() {
        // The body is in memory already; handing it over whole saves a stream between JavaScript and wasm.
        let bytes = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        if !bytes.is_empty() {
            init.set_body(&Uint8Array::from(&bytes[..]));
        }
    } else if let Some(stream) = worker::Body::from_stream(body.into_data_stream())?.into_inner() {
        init.set_body(&stream);
    }
    Ok(web_sys::Request::new_with_str_and_init(&address(&parts.uri), &init)?)
}

/// The platform wants a whole address, though the binding alone says who answers.
fn address(uri: &Uri) -> String {
    if uri.scheme().is_some() { uri.to_string() } else { format!("https://service{uri}") }
}
