//! Requests and answers on their way into JavaScript.
//!
//! What is in memory already is handed over whole: a stream between wasm and JavaScript costs more than all the rest of a
//! small request.

use axum::body::{Body, HttpBody};
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::BodyExt;
use worker::js_sys::Uint8Array;
use worker::web_sys::{self, Headers, ReadableStream, RequestInit, RequestRedirect, ResponseInit};

pub(crate) async fn request(request: Request<Body>) -> worker::Result<web_sys::Request> {
    let (mut parts, body) = request.into_parts();
    // Clients may send one with these, and the platform can't hand it on.
    let body = if matches!(parts.method, Method::GET | Method::HEAD) {
        parts.headers.remove(CONTENT_LENGTH);
        Body::empty()
    } else {
        body
    };
    let init = RequestInit::new();
    init.set_method(parts.method.as_str());
    init.set_headers(headers(&parts.headers)?.as_ref());
    // A redirect is an answer like any other: it is for the browser to follow.
    init.set_redirect(RequestRedirect::Manual);
    match payload(body).await? {
        Payload::Empty => {}
        Payload::Whole(bytes) => init.set_body(&bytes),
        Payload::Stream(stream) => init.set_body(&stream),
    }
    Ok(web_sys::Request::new_with_str_and_init(&address(&parts.uri), &init)?)
}

pub(crate) async fn response(response: Response<Body>) -> worker::Result<web_sys::Response> {
    let (parts, body) = response.into_parts();
    let init = ResponseInit::new();
    init.set_status(parts.status.as_u16());
    init.set_headers(headers(&parts.headers)?.as_ref());
    let response = match payload(body).await? {
        Payload::Empty => web_sys::Response::new_with_opt_str_and_init(None, &init),
        Payload::Whole(bytes) => web_sys::Response::new_with_opt_buffer_source_and_init(Some(&bytes), &init),
        Payload::Stream(stream) => {
            web_sys::Response::new_with_opt_readable_stream_and_init(Some(&stream), &init)
        }
    };
    Ok(response?)
}

enum Payload {
    Empty,
    Whole(Uint8Array),
    Stream(ReadableStream),
}

async fn payload(body: Body) -> worker::Result<Payload> {
    if body.size_hint().exact().is_some() {
        let bytes = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        return Ok(if bytes.is_empty() {
            Payload::Empty
        } else {
            Payload::Whole(Uint8Array::from(&bytes[..]))
        });
    }
    let stream = worker::Body::from_stream(body.into_data_stream())?.into_inner();
    Ok(stream.map_or(Payload::Empty, Payload::Stream))
}

/// Several headers of one name, such as `Set-Cookie`, stay apart.
fn headers(headers: &HeaderMap) -> worker::Result<Headers> {
    let output = Headers::new()?;
    for (name, value) in headers {
        output.append(name.as_str(), std::str::from_utf8(value.as_bytes())?)?;
    }
    Ok(output)
}

/// The platform wants a whole address, though the binding alone says who answers.
fn address(uri: &Uri) -> String {
    if uri.scheme().is_some() { uri.to_string() } else { format!("https://service{uri}") }
}
