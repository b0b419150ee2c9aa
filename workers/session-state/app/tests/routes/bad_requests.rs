//! What can't be understood: 4xx, and the field named.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::stream::{self, StreamExt};
use http::header::{CONTENT_TYPE, ORIGIN};
use http::{Method, Request, StatusCode};
use http_kit::Body;
use serde_json::{Value, json};
use testkit::DeferredTasks;

use crate::support::{Worker, merge};

fn bodies(worker: &Worker) -> Vec<(Method, String, Value)> {
    let (id, session) = (worker.id(), worker.record());
    vec![
        (Method::POST, "/create".into(), json!({ "id": id, "ttlSeconds": 600, "session": session })),
        (Method::PUT, format!("/update/{id}"), json!({ "ttlSeconds": 600, "session": session })),
        (Method::PATCH, format!("/add/{id}"), json!({ "ttlSeconds": 600 })),
        (Method::POST, "/revoke".into(), json!({ "ids": [id] })),
        (Method::POST, "/invalidate".into(), json!({ "ids": [id], "userVersion": 4 })),
        (Method::PUT, "/epoch".into(), json!({ "epoch": 1 })),
        (Method::PUT, "/cache/k".into(), json!({ "value": 1 })),
    ]
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_400() {
    let worker = Worker::new();
    for (method, path, _) in bodies(&worker) {
        for text in
            ["", " ", "{", "nonsense", "{\"a\":}", "[]", "null", "7", "\"text\"", "\u{feff}{}", "{} {}"]
        {
            worker
                .send(method.clone(), &path, Some(text.to_owned()))
                .await
                .expect_problem(400, "invalid_request");
        }
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        worker.send(method.clone(), &path, Some(deep)).await.expect_problem(400, "invalid_request");
    }
    assert!(worker.sessions.keys().is_empty() && worker.cache.keys().is_empty());
}

#[tokio::test]
async fn a_body_of_another_media_type_is_415() {
    let worker = Worker::new();
    for (method, path, _) in bodies(&worker) {
        worker.send(method, &path, None).await.expect_problem(415, "not_json");
    }
}

#[tokio::test]
async fn an_unknown_field_is_400_and_named() {
    let worker = Worker::new();
    for (method, path, body) in bodies(&worker) {
        let body = merge(body, &json!({ "surprise": 1 }));
        let reply = worker.send(method, &path, Some(body.to_string())).await;
        assert_eq!(reply.expect_problem(400, "invalid_request").json()["field"], "surprise", "{path}");
    }
}

#[tokio::test]
async fn a_missing_field_is_400_and_named() {
    let worker = Worker::new();
    for (method, path, body) in bodies(&worker) {
        for name in body.as_object().unwrap().keys() {
            let rest = merge(body.clone(), &json!({ name: null }));
            let reply = worker.send(method.clone(), &path, Some(rest.to_string())).await;
            assert_eq!(reply.expect_problem(400, "invalid_request").json()["field"], json!(name), "{path}");
        }
    }
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_400_and_named() {
    let worker = Worker::new();
    let id = worker.id();
    let cases = [
        ("id", json!("short"), "id"),
        ("id", json!(7), "id"),
        ("ttlSeconds", json!("600"), "ttlSeconds"),
        ("ttlSeconds", json!(-1), "ttlSeconds"),
        ("ttlSeconds", json!(60.5), "ttlSeconds"),
        ("session", json!([]), "session"),
        ("session", worker.record_with(&json!({ "userId": "ann" })), "session.userId"),
        ("session", worker.record_with(&json!({ "tenantId": 1 })), "session.tenantId"),
        ("session", worker.record_with(&json!({ "userVersion": 1.5 })), "session.userVersion"),
        ("session", worker.record_with(&json!({ "createdAt": "today" })), "session.createdAt"),
        ("session", worker.record_with(&json!({ "permissions": ["a:b", 7] })), "session.permissions[1]"),
        ("session", worker.record_with(&json!({ "username": null })), "session.username"),
        ("session", worker.record_with(&json!({ "isAdmin": true })), "session.isAdmin"),
    ];
    for (name, value, field) in cases {
        let mut body = json!({ "id": id, "ttlSeconds": 600, "session": worker.record() });
        body[name] = value;
        let reply = worker.post("/create", &body).await.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], field);
    }
    let reply = worker.post("/revoke", &json!({ "ids": [id, "short"] })).await;
    assert_eq!(reply.expect_problem(400, "invalid_request").json()["field"], "ids[1]");
}

#[tokio::test]
async fn a_body_beyond_the_limit_of_its_route_is_413() {
    let worker = Worker::new();
    for (method, path, _) in bodies(&worker) {
        let large = path == "/create" || path.starts_with("/update") || path.starts_with("/cache");
        let limit = if large { 2 * 1024 * 1024 } else { 64 * 1024 };
        let reply = worker.send(method.clone(), &path, Some(" ".repeat(limit))).await;
        reply.expect_problem(400, "invalid_request");
        let reply = worker.send(method, &path, Some(" ".repeat(limit + 1))).await;
        reply.expect_problem(413, "body_too_large");
    }
}

/// Otherwise its sender, who still sends, may see a broken connection instead of the answer.
#[tokio::test]
async fn the_body_of_what_is_refused_is_taken_in_but_not_without_end() {
    const CHUNK: usize = 64 * 1024;
    const BOUND: usize = 4 * 1024 * 1024;
    let worker = Worker::new();
    let refused = [
        ("/revoke", None, 413),
        ("/nothing", None, 404),
        ("/epoch", None, 405),
        ("/revoke", Some("https://elsewhere.example"), 403),
    ];
    for (path, origin, status) in refused {
        for (sent, taken_in) in [(2 * 1024 * 1024, 2 * 1024 * 1024), (8 * 1024 * 1024, BOUND)] {
            let taken = Arc::new(AtomicUsize::new(0));
            let counter = taken.clone();
            let chunks = stream::repeat(vec![b' '; CHUNK]).take(sent / CHUNK).map(move |chunk| {
                counter.fetch_add(chunk.len(), Ordering::Relaxed);
                Ok::<_, std::io::Error>(chunk)
            });
            let mut request = Request::post(format!("https://session-state{path}"));
            if let Some(origin) = origin {
                request = request.header(ORIGIN, origin);
            }
            let request = request.header(CONTENT_TYPE, "application/json");
            let request = request.body(Body::from_stream(chunks)).unwrap();
            let answer = worker.service.handle(request, Arc::new(DeferredTasks::default())).await;
            assert_eq!(answer.status(), status);
            let taken = taken.load(Ordering::Relaxed);
            assert!((taken_in..=taken_in + 3 * CHUNK).contains(&taken), "{status}: {taken} of {sent}");
        }
    }
}

#[tokio::test]
async fn another_method_is_405_with_those_that_are_allowed() {
    let worker = Worker::new();
    let id = worker.id();
    let table = [
        ("/create".to_owned(), "POST"),
        (format!("/get/{id}"), "GET,HEAD"),
        (format!("/update/{id}"), "PUT"),
        (format!("/add/{id}"), "PATCH"),
        (format!("/delete/{id}"), "DELETE"),
        ("/revoke".to_owned(), "POST"),
        ("/invalidate".to_owned(), "POST"),
        ("/epoch".to_owned(), "PUT"),
        ("/cache/k".to_owned(), "DELETE,GET,HEAD,PUT"),
        ("/healthz".to_owned(), "GET,HEAD"),
    ];
    for (path, allowed) in table {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS]
        {
            if allowed.split(',').any(|name| name == method.as_str()) {
                continue;
            }
            let reply = worker.send(method, &path, None).await.expect_problem(405, "method_not_allowed");
            let mut methods: Vec<_> = reply.headers["allow"].to_str().unwrap().split(',').collect();
            methods.sort_unstable();
            assert_eq!(methods.join(","), allowed, "{path}");
        }
    }
}

#[tokio::test]
async fn an_unknown_path_is_404() {
    let worker = Worker::new();
    for path in [
        "/",
        "/get",
        "/get/",
        "/sessions",
        "/cache",
        "/cache/",
        "/cache/a/b",
        "/CREATE",
        "/create/",
        "/get/x/y",
    ] {
        worker.get(path).await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn healthz_is_200() {
    let reply = Worker::new().get("/healthz").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.json(), json!({ "status": "ok" }));
}
