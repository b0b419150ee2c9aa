use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use api::authzen::{
    ActionSearchRequest, EvaluationRequest, EvaluationsRequest, ResourceSearchRequest, SubjectSearchRequest,
};
use api::internal_api::{AuthorizeRequest, FindingsReport};
use api::session_state::{
    AddRequest, CachePutRequest, CreateRequest, EpochRequest, InvalidateRequest, RevokeRequest, UpdateRequest,
};
use api::{
    AssignRoleRequest, ChangeMatrixRequest, ChangePasswordRequest, ChangeTenantRequest, ChangeUserRequest,
    CheckRequest, ConfirmRequest, CreateApiTokenRequest, CreatePermissionRequest, CreateRoleRequest,
    CreateTenantRequest, CreateUserRequest, DeleteAccountRequest, LinkIdentityRequest, LoginRequest,
    MailRequest, Manifest, OneTimeTokenRequest, RegisterRequest, ResetPasswordRequest,
    SetRolePermissionsRequest, UpdateRoleRequest, UpdateUserRequest,
};
use http::header::CONTENT_TYPE;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use http_kit::{Access, Body, Doc, Outcome, Route, RouteTable, Service, json};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::platform::Still;

/// How a type of body is fuzzed.
struct Kind {
    /// The first byte of an input of it.
    letter: u8,
    /// The address that reads one.
    path: &'static str,
    /// Whether fields that it does not know are refused; the AuthZEN standard wants them passed over.
    closed: bool,
    endpoint: fn(&http_kit::Request) -> Outcome,
}

/// One whose value can be printed: as JSON.
fn printed<T: DeserializeOwned + Serialize>(request: &http_kit::Request) -> Outcome {
    json(StatusCode::OK, &request.json::<T>()?)
}

/// One that only ever comes in: as it is debugged, which shows no secret.
fn shown<T: DeserializeOwned + Debug>(request: &http_kit::Request) -> Outcome {
    json(StatusCode::OK, &format!("{:?}", request.json::<T>()?))
}

macro_rules! kinds {
    ($($letter:literal $how:ident $type:ident $closed:ident,)*) => {
        &[$(Kind {
            letter: $letter, path: concat!("/", stringify!($type)), closed: kinds!(@$closed), endpoint: $how::<$type>,
        },)*]
    };
    (@closed) => { true };
    (@open) => { false };
}

const KINDS: &[Kind] = kinds! {
    b'a' shown RegisterRequest closed,
    b'b' shown LoginRequest closed,
    b'c' shown MailRequest closed,
    b'd' shown OneTimeTokenRequest closed,
    b'e' shown ResetPasswordRequest closed,
    b'f' shown UpdateUserRequest closed,
    b'g' shown ChangePasswordRequest closed,
    b'h' shown DeleteAccountRequest closed,
    b'i' shown LinkIdentityRequest closed,
    b'j' shown CreateApiTokenRequest closed,
    b'k' printed CreateRoleRequest closed,
    b'l' printed UpdateRoleRequest closed,
    b'm' printed SetRolePermissionsRequest closed,
    b'n' printed CreatePermissionRequest closed,
    b'o' printed Manifest closed,
    b'p' printed AssignRoleRequest closed,
    b'q' printed CheckRequest closed,
    b'r' shown ChangeMatrixRequest closed,
    b's' shown CreateUserRequest closed,
    b't' printed ChangeUserRequest closed,
    b'u' printed ConfirmRequest closed,
    b'v' shown CreateTenantRequest closed,
    b'w' shown ChangeTenantRequest closed,
    b'x' printed FindingsReport closed,
    b'y' printed AuthorizeRequest closed,
    b'z' printed CreateRequest closed,
    b'A' printed UpdateRequest closed,
    b'B' printed AddRequest closed,
    b'C' printed RevokeRequest closed,
    b'D' printed InvalidateRequest closed,
    b'E' printed EpochRequest closed,
    b'F' printed CachePutRequest closed,
    b'G' shown EvaluationRequest open,
    b'H' shown EvaluationsRequest open,
    b'I' shown SubjectSearchRequest open,
    b'J' shown ResourceSearchRequest open,
    b'K' shown ActionSearchRequest open,
};

/// The bodies of requests, as a worker reads them. The first byte says which type.
pub fn bodies(data: &[u8]) {
    let Some((letter, body)) = data.split_first() else { return };
    let Some(kind) = KINDS.iter().find(|kind| kind.letter == *letter) else { return };
    let Some(answer) = send(kind, body) else { return };
    let sent = serde_json::from_slice::<Value>(body);
    assert!(sent.as_ref().is_ok_and(Value::is_object), "only an object is a body");
    let sent = sent.unwrap_or_default();

    // The same value, written otherwise, is the same request; but reading a decimal may change its last digit.
    if !is_exact(&sent) {
        return;
    }
    assert_eq!(send(kind, sent.to_string().as_bytes()).as_ref(), Some(&answer), "{sent}");
    if answer.is_object() {
        assert!(fits(&sent, &answer), "{} takes {sent} for {answer}", kind.path);
        assert_eq!(send(kind, answer.to_string().as_bytes()).as_ref(), Some(&answer), "{sent}");
    }
    if kind.closed {
        let mut more = sent;
        more["no such field"] = Value::Bool(true);
        assert!(send(kind, more.to_string().as_bytes()).is_none(), "{more}");
    }
}

/// Whether all numbers in it are whole.
fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_f64(),
        Value::Array(items) => items.iter().all(is_exact),
        Value::Object(fields) => fields.values().all(is_exact),
        _ => true,
    }
}

/// Whether what was sent has the form of what it was read as: an object for an object, a list for a list.
fn fits(sent: &Value, read: &Value) -> bool {
    match (sent, read) {
        (Value::Object(sent), Value::Object(read)) => {
            sent.iter().all(|(name, value)| read.get(name).is_none_or(|read| fits(value, read)))
        }
        (Value::Array(sent), Value::Array(read)) => {
            sent.len() == read.len() && sent.iter().zip(read).all(|(sent, read)| fits(sent, read))
        }
        // What may be absent may be `null`.
        (Value::Null, _)
        | (_, Value::Null)
        | (Value::String(_), Value::String(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Number(_), Value::Number(_)) => true,
        _ => false,
    }
}

/// What a worker answers: the value that it read, or nothing where it refused the body as it should.
fn send(kind: &Kind, body: &[u8]) -> Option<Value> {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    let service = SERVICE.get_or_init(|| {
        let route = |kind: &'static Kind| {
            let endpoint = kind.endpoint;
            let answer = move |request: http_kit::Request| std::future::ready(endpoint(&request));
            Route::new(Method::POST, kind.path, Access::Public, Doc::new("x"), answer)
        };
        Service::new("fuzzed", &RouteTable::new(KINDS.iter().map(route).collect()), Arc::new(Still))
    });
    let request =
        Request::post(kind.path).header(CONTENT_TYPE, "application/json").body(Body::from(body.to_vec()));
    let (status, answer) = pollster::block_on(async {
        let response = service.handle(request.ok()?, Arc::new(Still)).await;
        let status = response.status();
        Some((status, response.into_body().collect().await.ok()?.to_bytes()))
    })?;
    let answer = serde_json::from_slice::<Value>(&answer).unwrap_or_default();
    if status == StatusCode::OK {
        return Some(answer);
    }
    let too_large = status == StatusCode::PAYLOAD_TOO_LARGE && body.len() > 64 * 1024;
    assert!(status == StatusCode::BAD_REQUEST || too_large, "{status} {answer}");
    assert!(answer["code"].is_string() && answer["detail"].as_str().is_some_and(|text| !text.is_empty()));
    // A refusal is not longer than what it is about and some words.
    assert!(answer.to_string().len() < 3_000 + 14 * body.len(), "{answer}");
    None
}
