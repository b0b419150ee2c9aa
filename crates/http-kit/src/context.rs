use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};

use accounts::{Random, TenantId, Timestamp, UserId};
use http::{HeaderMap, Method, Uri};
use serde_json::{Value, json};

use crate::route::Route;
use crate::runtime::{Defer, Level, Runtime, log_line};

/// What is known about a request, from its first moment to its log line. Made once, by the service.
pub struct RequestContext {
    /// Names the request in every log line, audit event and problem that it leads to.
    pub request_id: String,
    /// When it came in.
    pub started_at: Timestamp,
    /// Its method.
    pub method: Method,
    /// Its address: whole, as the client used it, on the platform; perhaps only the path and query elsewhere.
    pub uri: Uri,
    /// The client's address, as the platform saw it.
    pub client_address: Option<String>,
    /// What the client calls itself, cut to 256 characters.
    pub user_agent: Option<String>,
    worker: &'static str,
    route: OnceLock<Matched>,
    identity: OnceLock<Identity>,
    runtime: Arc<dyn Runtime>,
    deferred: Arc<dyn Defer>,
}

/// What the row of the route table that took a request says about its log line.
struct Matched {
    path: &'static str,
    quiet: bool,
}

/// Who makes a request, once that is known.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The user.
    pub user_id: UserId,
    /// The user's tenant.
    pub tenant_id: TenantId,
    /// The name of the user's tenant.
    pub tenant: String,
    /// The names of the user's roles; none while RBAC is off.
    pub roles: Vec<String>,
}

impl RequestContext {
    pub(crate) fn new(
        worker: &'static str,
        runtime: Arc<dyn Runtime>,
        method: Method,
        uri: Uri,
        headers: &HeaderMap,
        deferred: Arc<dyn Defer>,
    ) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            request_id: request_id(headers, &*runtime),
            started_at: runtime.now(),
            method,
            uri,
            // The platform sets this header and overwrites a forged one; no other header can be trusted.
            client_address: text("cf-connecting-ip").map(str::to_owned),
            user_agent: text("user-agent").map(|agent| agent.chars().take(256).collect()),
            worker,
            route: OnceLock::new(),
            identity: OnceLock::new(),
            runtime,
            deferred,
        }
    }

    /// Has `task` done after the response has gone out.
    pub fn defer(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.deferred.defer(Box::pin(task));
    }

    /// Says who makes the request; the first word stands.
    pub fn identify(&self, identity: Identity) {
        let _ = self.identity.set(identity);
    }

    /// Who makes the request, if that is known.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.get()
    }

    /// The path of the route table that took the request, if one did.
    pub fn route(&self) -> Option<&'static str> {
        self.route.get().map(|matched| matched.path)
    }

    /// Whether the log says nothing of the request where all went well.
    pub(crate) fn is_quiet(&self) -> bool {
        self.route.get().is_some_and(|matched| matched.quiet)
    }

    /// Writes a line about the request to the log: what is known of it and of who makes it, and these fields, which stand
    /// where both say something.
    pub fn log(&self, level: Level, message: impl fmt::Display, fields: Value) {
        let mut line = json!({
            "requestId": self.request_id,
            "method": self.method.as_str(),
            "route": self.route(),
        });
        if let Some(identity) = self.identity() {
            line["userId"] = json!(identity.user_id);
            line["tenant"] = json!(identity.tenant);
            line["roles"] = json!(identity.roles);
        }
        if let (Value::Object(line), Value::Object(fields)) = (&mut line, fields) {
            line.extend(fields);
        }
        self.runtime.log(level, log_line(self.worker, message, line));
    }

    pub(crate) fn matched(&self, route: &Route) {
        let _ = self.route.set(Matched { path: route.path, quiet: route.quiet });
    }
}

impl fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestContext")
            .field("request_id", &self.request_id)
            .field("path", &self.uri.path())
            .finish_non_exhaustive()
    }
}

/// The id that a request brings, or a new one.
pub fn request_id(headers: &HeaderMap, random: &(impl Random + ?Sized)) -> String {
    let brought = headers.get("x-request-id").and_then(|id| id.to_str().ok());
    brought.filter(|id| is_request_id(id)).map_or_else(|| new_request_id(random), str::to_owned)
}

/// An id from outside is taken over only where it can stand in a header and a log line, and does not grow without bound.
fn is_request_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

fn new_request_id(random: &(impl Random + ?Sized)) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    bytes.iter().fold(String::with_capacity(32), |mut text, byte| {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_from_outside_is_short_and_printable() {
        for text in ["8f14e45f-ceea.a_1", "job 7 / step=2", "\""] {
            assert!(is_request_id(text), "{text:?}");
        }
        for text in ["", "a\nb", "a\tb", "é", "\u{7f}", &"x".repeat(129)] {
            assert!(!is_request_id(text), "{text:?}");
        }
    }
}
