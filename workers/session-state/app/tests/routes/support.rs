//! session-state on a store in memory, called by its route table.
#![expect(clippy::unwrap_used, reason = "a fixture that fails fails its test")]

use std::sync::Arc;

use accounts::{Clock, SessionToken, TokenHash};
use http::header::CONTENT_TYPE;
use http::{Method, Request};
use http_kit::{Body, Level, Service, Vars, read_body};
use serde_json::{Value, json};
use session_state_app::{App, Config, routes};
use testkit::{DeferredTasks, MemoryKv, Reply, TestRuntime};

pub(crate) struct Worker {
    pub(crate) service: Service,
    pub(crate) sessions: MemoryKv,
    pub(crate) cache: MemoryKv,
    pub(crate) runtime: Arc<TestRuntime>,
}

impl Worker {
    pub(crate) fn new() -> Self {
        let runtime = TestRuntime::new(7);
        let (sessions, cache) = (MemoryKv::new(runtime.clone()), MemoryKv::new(runtime.clone()));
        let app = App {
            sessions: sessions.clone(),
            cache: cache.clone(),
            runtime: runtime.clone(),
            config: Config::read(&mut Vars::new(&|_| None)),
        };
        let service = Service::new("session-state", &routes(&Arc::new(app)), runtime.clone());
        Self { service, sessions, cache, runtime }
    }

    pub(crate) fn now(&self) -> i64 {
        self.runtime.now().as_millis()
    }

    /// The name of a session that nobody has used yet.
    pub(crate) fn id(&self) -> TokenHash {
        SessionToken::generate(&*self.runtime).hash()
    }

    /// A record of version 3 of its user, made now at epoch 5, that ends in an hour.
    pub(crate) fn record(&self) -> Value {
        json!({
            "version": 1,
            "userId": "0199c0de-0000-7000-8000-00000000000a",
            "username": "ann@example.com",
            "firstName": "Ann",
            "lastName": null,
            "tenantId": "00000000-0000-7000-8000-000000000001",
            "tenant": "default",
            "staff": false,
            "userVersion": 3,
            "createdAt": self.now(),
            "expiresAt": self.now() + 3_600_000,
            "roles": ["MEMBER"],
            "permissions": ["users:read"],
            "epoch": 5,
        })
    }

    pub(crate) fn record_with(&self, changes: &Value) -> Value {
        merge(self.record(), changes)
    }

    pub(crate) async fn create(&self, id: TokenHash, session: &Value) -> Reply {
        self.post("/create", &json!({ "id": id, "ttlSeconds": 600, "session": session })).await
    }

    pub(crate) async fn update(&self, id: TokenHash, session: &Value) -> Reply {
        self.put(&format!("/update/{id}"), &json!({ "ttlSeconds": 600, "session": session })).await
    }

    pub(crate) async fn add(&self, id: TokenHash, fields: &Value) -> Reply {
        let body = merge(json!({ "ttlSeconds": 600 }), fields);
        self.send(Method::PATCH, &format!("/add/{id}"), Some(body.to_string())).await
    }

    pub(crate) async fn get_session(&self, id: TokenHash) -> Reply {
        self.get(&format!("/get/{id}")).await
    }

    pub(crate) async fn revoke(&self, ids: &[TokenHash]) -> Reply {
        self.post("/revoke", &json!({ "ids": ids })).await
    }

    pub(crate) async fn invalidate(&self, ids: &[TokenHash], user_version: i64) -> Reply {
        self.post("/invalidate", &json!({ "ids": ids, "userVersion": user_version })).await
    }

    pub(crate) async fn raise_epoch(&self, epoch: i64) -> Reply {
        self.put("/epoch", &json!({ "epoch": epoch })).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, Some(body.to_string())).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, Some(body.to_string())).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<String>) -> Reply {
        let mut request = Request::builder().method(method).uri(format!("https://session-state{path}"));
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
        let response = self.service.handle(request, Arc::new(DeferredTasks::default())).await;
        let (parts, body) = response.into_parts();
        let body = read_body(body, usize::MAX).await.unwrap().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// What was logged as a warning.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let lines = self.runtime.log_lines().into_iter().filter(|line| line.level == Level::Warn);
        lines.map(|line| line.line["message"].as_str().unwrap().to_owned()).collect()
    }

    /// Everything that was logged.
    pub(crate) fn log(&self) -> String {
        self.runtime.log_lines().iter().map(|line| line.line.to_string()).collect()
    }
}

/// `base` with the members of `changes`; one that is null goes.
pub(crate) fn merge(mut base: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            base.as_object_mut().unwrap().remove(name);
        } else {
            base[name] = value.clone();
        }
    }
    base
}

pub(crate) fn session_key(id: TokenHash) -> String {
    format!("session/{id}")
}

pub(crate) fn marker_key(id: TokenHash) -> String {
    format!("marker/{id}")
}
