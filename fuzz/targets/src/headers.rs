use std::sync::OnceLock;

use http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request, StatusCode};
use http_kit::{
    Access, Body, Doc, Route, RouteTable, Service, bearer_token, device_cookie, login_cookie, request_id,
    session_cookie, set_session_cookie,
};

use crate::platform::Still;

/// What a line is the value of, by its first byte.
static NAMES: [(u8, HeaderName); 7] = [
    (b'c', COOKIE),
    (b'a', AUTHORIZATION),
    (b'o', HeaderName::from_static("origin")),
    (b's', HeaderName::from_static("sec-fetch-site")),
    (b'h', HeaderName::from_static("host")),
    (b'i', HeaderName::from_static("x-request-id")),
    (b'u', HeaderName::from_static("user-agent")),
];

/// Cookies, credentials, origins and the rest of a request's head. The first line is a method and an address; the others are
/// headers.
pub fn headers(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let first = str::from_utf8(lines.next().unwrap_or_default()).unwrap_or_default();
    let (method, address) = first.split_once(' ').unwrap_or(("POST", first));
    let mut headers = HeaderMap::new();
    for line in lines {
        let Some((sign, value)) = line.split_first() else { continue };
        let name = NAMES.iter().find(|(letter, _)| letter == sign);
        let (Some((_, name)), Ok(value)) = (name, HeaderValue::from_bytes(value)) else { continue };
        headers.append(name, value);
    }
    credentials(&headers);
    let (Ok(method), Ok(mut request)) = (method.parse::<Method>(), Request::get(address).body(Body::empty()))
    else {
        return;
    };
    *request.method_mut() = method;
    *request.headers_mut() = headers;
    answer(request);
}

fn credentials(headers: &HeaderMap) {
    for (name, token) in [
        ("__Host-session", session_cookie(headers).map(|token| token.reveal())),
        ("__Host-device", device_cookie(headers).map(|token| token.reveal())),
        ("__Host-sign-in", login_cookie(headers).map(|token| token.reveal())),
    ] {
        let Some(token) = token else { continue };
        for cookies in headers.get_all(COOKIE) {
            // Whoever wrote the cookie wrote it so, and nobody wrote another.
            let cookies = String::from_utf8_lossy(cookies.as_bytes()).into_owned();
            let others =
                cookies.split(';').filter_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='));
            assert!(others.into_iter().all(|other| other == token), "{cookies}");
        }
    }
    if let Some(token) = session_cookie(headers) {
        let set = set_session_cookie(&token, std::time::Duration::from_mins(1));
        let mut back = HeaderMap::new();
        let value = set.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        if let Ok(value) = HeaderValue::from_bytes(value) {
            back.insert(COOKIE, value);
        }
        assert_eq!(session_cookie(&back), Some(token));
    }
    if let Ok(Some(token)) = bearer_token(headers) {
        let all: Vec<_> = headers.get_all(AUTHORIZATION).iter().collect();
        let text = String::from_utf8_lossy(all[0].as_bytes()).into_owned();
        let (scheme, credentials) = text.trim().split_once(' ').unwrap_or_default();
        assert!(all.len() == 1 && scheme.eq_ignore_ascii_case("bearer"), "{text}");
        assert_eq!(credentials.trim(), token.reveal());
    }
    let id = request_id(headers, &Still);
    assert!((1..=128).contains(&id.len()) && id.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
}

/// A worker of two routes answers whatever comes, and what is unsafe only where no other site had it sent.
fn answer(request: Request<Body>) {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    let service = SERVICE.get_or_init(|| {
        let nothing = |_: http_kit::Request| async { http_kit::json(StatusCode::OK, &()) };
        let routes = [Method::GET, Method::POST].into_iter().flat_map(|method| {
            ["/items", "/items/{id}"]
                .map(|path| Route::new(method.clone(), path, Access::Public, Doc::new("x"), nothing))
        });
        Service::new("fuzzed", &RouteTable::new(routes.collect()), std::sync::Arc::new(Still))
    });
    let unsafe_method = !request.method().is_safe();
    let site = request.headers().get("sec-fetch-site").cloned();
    let origin = request.headers().get("origin").cloned();
    let response = pollster::block_on(service.handle(request, std::sync::Arc::new(Still)));
    let status = response.status();
    assert!(
        [
            StatusCode::OK,
            StatusCode::BAD_REQUEST,
            StatusCode::FORBIDDEN,
            StatusCode::NOT_FOUND,
            StatusCode::METHOD_NOT_ALLOWED
        ]
        .contains(&status),
        "{status}"
    );
    assert_eq!(status == StatusCode::METHOD_NOT_ALLOWED, response.headers().contains_key("allow"));
    assert!(
        response.headers().contains_key("x-request-id") && response.headers().contains_key("server-timing")
    );
    if unsafe_method && status != StatusCode::FORBIDDEN {
        assert!(site.is_none_or(|site| site == "same-origin" || site == "none"));
        assert!(origin.is_none_or(|origin| origin != "null" && !origin.is_empty()));
    }
}
