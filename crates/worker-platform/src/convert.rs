//! Requests and answers on their way into JavaScript.
//!
//! What is in memory already is handed over whole: a stream between wasm and JavaScript costs more than all the rest of a
//! small request.

use axum::body::{Body, HttpBody};
use futures_util::stream;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use wasm_bindgen_futures::JsFuture;
use worker::js_sys::{Array, JSON, Promise, Uint8Array};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::{self, Headers, ReadableStream, RequestInit, RequestRedirect, ResponseInit};

use crate::unread::{Unread, WHOLE};
use crate::untouched::Untouched;

pub(crate) fn uri(request: &web_sys::Request) -> worker::Result<Uri> {
    request.url().parse().map_err(text)
}

/// A request that comes in.
pub(crate) async fn incoming(request: web_sys::Request, uri: Uri) -> worker::Result<Request<Body>> {
    let mut output = Request::new(Body::empty());
    *output.method_mut() = Method::from_bytes(request.method().as_bytes()).map_err(text)?;
    *output.uri_mut() = uri;
    *output.headers_mut() = header_map(&request.headers())?;
    let whole = || request.array_buffer();
    let body = body(output.headers(), whole, || request.body()).await;
    // Whoever reads a body that breaks off is told so; others answer without it.
    *output.body_mut() =
        body.unwrap_or_else(|error| Body::from_stream(stream::iter([Err::<Vec<u8>, _>(error.to_string())])));
    Ok(output)
}

/// A request that another worker answers. It stays what it is; of its headers, only the id is read, for whoever has to say that
/// nobody answers.
pub(crate) fn handed_on(request: web_sys::Request, uri: Uri) -> worker::Result<Request<Body>> {
    let mut output = Request::new(Body::empty());
    *output.method_mut() = Method::from_bytes(request.method().as_bytes()).map_err(text)?;
    *output.uri_mut() = uri;
    if let Some(Ok(id)) = request.headers().get("x-request-id")?.map(HeaderValue::try_from) {
        output.headers_mut().insert("x-request-id", id);
    }
    output.extensions_mut().insert(Untouched::new(request));
    Ok(output)
}

/// An answer that only goes on.
pub(crate) fn untouched(response: web_sys::Response) -> worker::Result<Response<Body>> {
    let mut output = Response::new(Body::empty());
    *output.status_mut() = StatusCode::from_u16(response.status()).map_err(text)?;
    output.extensions_mut().insert(Untouched::new(response));
    Ok(output)
}

/// An answer that comes back.
pub(crate) fn answer(response: web_sys::Response) -> worker::Result<Response<Body>> {
    let mut output = Response::new(Body::empty());
    *output.status_mut() = StatusCode::from_u16(response.status()).map_err(text)?;
    *output.headers_mut() = header_map(&response.headers())?;
    let (body, unread) = Unread::body(response, content_length(output.headers()));
    *output.body_mut() = body;
    output.extensions_mut().insert(unread);
    Ok(output)
}

async fn body(
    headers: &HeaderMap,
    whole: impl FnOnce() -> Result<Promise, JsValue>,
    stream: impl FnOnce() -> Option<ReadableStream>,
) -> worker::Result<Body> {
    Ok(match content_length(headers) {
        Some(0) => Body::empty(),
        Some(..=WHOLE) => Body::from(Uint8Array::new(&JsFuture::from(whole()?).await?).to_vec()),
        Some(_) | None => stream().map_or_else(Body::empty, |stream| Body::new(worker::Body::new(stream))),
    })
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// All of them in one text: each call between wasm and JavaScript costs more than what it carries.
fn header_map(headers: &Headers) -> worker::Result<HeaderMap> {
    let pairs = String::from(JSON::stringify(&Array::from(headers))?);
    let pairs: Vec<(String, String)> = serde_json::from_str(&pairs)?;
    let mut output = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        output.append(
            HeaderName::from_bytes(name.as_bytes()).map_err(text)?,
            HeaderValue::try_from(value).map_err(text)?,
        );
    }
    Ok(output)
}

fn text(error: impl std::fmt::Display) -> worker::Error {
    worker::Error::RustError(error.to_string())
}

/// A request that goes out: its address, and the rest.
pub(crate) async fn request(request: Request<Body>) -> worker::Result<(String, RequestInit)> {
    let (mut parts, body) = request.into_parts();
    let address = address(&parts.uri);
    if let Some(original) = Untouched::<web_sys::Request>::take(&parts.extensions) {
        return Ok((address, original.unchecked_into()));
    }
    // Clients may send one with these, and the platform can't hand it on.
    let body = if matches!(parts.method, Method::GET | Method::HEAD) {
        parts.headers.remove(CONTENT_LENGTH);
        Body::empty()
    } else {
        body
    };
    let init = RequestInit::new();
    init.set_method(parts.method.as_str());
    init.set_headers(&headers(&parts.headers)?);
    // A redirect is an answer like any other: it is for the browser to follow.
    init.set_redirect(RequestRedirect::Manual);
    match payload(body).await? {
        Payload::Empty => {}
        Payload::Whole(bytes) => init.set_body(&bytes),
        Payload::Stream(stream) => init.set_body(&stream),
    }
    Ok((address, init))
}

pub(crate) async fn response(response: Response<Body>) -> worker::Result<web_sys::Response> {
    let (parts, body) = response.into_parts();
    if let Some(original) = Untouched::take(&parts.extensions) {
        return Ok(original);
    }
    let init = ResponseInit::new();
    init.set_status(parts.status.as_u16());
    init.set_headers(&headers(&parts.headers)?);
    if let Some(answer) = Unread::take(&parts.extensions) {
        return Ok(web_sys::Response::new_with_opt_readable_stream_and_init(answer.body().as_ref(), &init)?);
    }
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

/// As one object, which the platform reads faster than a list of pairs; only what stands there twice, such as `Set-Cookie`, is
/// added one by one.
fn headers(headers: &HeaderMap) -> worker::Result<JsValue> {
    let mut object = serde_json::Map::with_capacity(headers.keys_len());
    let mut more = Vec::new();
    for (name, value) in headers {
        let value = std::str::from_utf8(value.as_bytes())?;
        if object.contains_key(name.as_str()) {
            more.push((name.as_str(), value));
        } else {
            object.insert(name.as_str().to_owned(), value.into());
        }
    }
    let object = JSON::parse(&serde_json::to_string(&object)?)?;
    if more.is_empty() {
        return Ok(object);
    }
    let headers = Headers::new_with_record_from_str_to_str(&object.into())?;
    more.into_iter().try_for_each(|(name, value)| headers.append(name, value))?;
    Ok(headers.into())
}

/// The platform wants a whole address, though the binding alone says who answers.
fn address(uri: &Uri) -> String {
    if uri.scheme().is_some() { uri.to_string() } else { format!("https://service{uri}") }
}
