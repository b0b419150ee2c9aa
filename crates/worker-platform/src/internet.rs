use std::future::Future;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use http_kit::{Fetch, FetchError};
use worker::AbortController;
use worker::send::SendFuture;

use crate::{convert, within};

/// How long somebody else's server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Any server on the internet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Internet;

impl Fetch for Internet {
    fn fetch(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Body>, FetchError>> + Send {
        SendFuture::new(async move { send(request).await.map_err(|error| FetchError(error.to_string())) })
    }
}

async fn send(request: Request<Body>) -> worker::Result<Response<Body>> {
    let request: worker::Request = convert::request(request).await?.into();
    let controller = AbortController::default();
    let signal = controller.signal();
    let answer = worker::Fetch::Request(request);
    let Ok(response) = within(PATIENCE, answer.send_with_signal(&signal)).await else {
        controller.abort();
        return Err(format!("no answer within {} s", PATIENCE.as_secs()).into());
    };
    let (parts, body) = worker::HttpResponse::try_from(response?)?.into_parts();
    Ok(Response::from_parts(parts, Body::new(body)))
}
