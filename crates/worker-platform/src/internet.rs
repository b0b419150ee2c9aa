use std::future::Future;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use http_kit::{Fetch, FetchError, read_body};
use worker::AbortController;
use worker::send::SendFuture;
use worker::web_sys;

use crate::{convert, within};

/// How long somebody else's server may take to answer, to the last byte.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer that is read, in bytes: more than any that is waited for here.
const ANSWER_LIMIT: usize = 1024 * 1024;

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
    let (address, init) = convert::request(request).await?;
    let request: worker::Request = web_sys::Request::new_with_str_and_init(&address, &init)?.into();
    let controller = AbortController::default();
    let signal = controller.signal();
    let answer = async {
        let response = worker::Fetch::Request(request).send_with_signal(&signal).await?;
        let (parts, body) = worker::HttpResponse::try_from(response)?.into_parts();
        // Read here, so that a server that answers at once and then drop by drop has no more time than others.
        let body = read_body(Body::new(body), ANSWER_LIMIT).await.map_err(|error| error.to_string())?;
        Ok(Response::from_parts(parts, Body::from(body)))
    };
    let Ok(response) = within(PATIENCE, answer).await else {
        controller.abort();
        return Err(format!("no answer within {} s", PATIENCE.as_secs()).into());
    };
    response
}
