//! The store fails: at any call, of any route.

use accounts::TokenHash;
use http::Method;
use serde_json::{Value, json};
use testkit::Reply;

use crate::support::{Worker, session_key};

/// Every route with what it needs, for a session that is there.
fn requests(worker: &Worker, id: TokenHash) -> Vec<(Method, String, Option<Value>)> {
    let session = worker.record();
    let (other, third) = (worker.id(), worker.id());
    vec![
        (Method::POST, "/create".into(), Some(json!({ "id": other, "ttlSeconds": 600, "session": session }))),
        (Method::GET, format!("/get/{id}"), None),
        (Method::PUT, format!("/update/{id}"), Some(json!({ "ttlSeconds": 600, "session": session }))),
        (Method::PATCH, format!("/add/{id}"), Some(json!({ "ttlSeconds": 600, "lastName": "Lee" }))),
        (Method::PUT, "/epoch".into(), Some(json!({ "epoch": 3 }))),
        (Method::POST, "/invalidate".into(), Some(json!({ "ids": [id, other, third], "userVersion": 4 }))),
        (Method::POST, "/revoke".into(), Some(json!({ "ids": [id, other, third] }))),
        (Method::DELETE, format!("/delete/{third}"), None),
        (Method::PUT, "/cache/k".into(), Some(json!({ "value": 1 }))),
        (Method::GET, "/cache/k".into(), None),
        (Method::DELETE, "/cache/k".into(), None),
        (Method::GET, "/healthz".into(), None),
    ]
}

#[tokio::test]
async fn every_failing_call_is_503_and_repeating_the_request_mends_it() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    for (method, path, body) in requests(&worker, id) {
        let send = || worker.send(method.clone(), &path, body.as_ref().map(Value::to_string));
        let mut failed = 0;
        for namespace in [&worker.sessions, &worker.cache] {
            for call in 0.. {
                namespace.fail_after(call);
                let reply = send().await;
                namespace.set_failing(false);
                if reply.status.is_success() {
                    break;
                }
                unavailable(&reply);
                failed += 1;
            }
        }
        assert!(failed > 0, "{method} {path} asks the store");
        assert!(send().await.status.is_success(), "{method} {path}");
    }
}

fn unavailable(reply: &Reply) {
    let reply = reply.clone().expect_problem(503, "unavailable");
    assert_eq!(reply.headers["retry-after"], "1");
    assert!(!reply.text().contains("the store is down"), "the cause is for the log alone");
}

#[tokio::test]
async fn a_failure_is_logged_with_its_cause() {
    let worker = Worker::new();
    worker.sessions.set_failing(true);
    worker.get_session(worker.id()).await.expect(503);
    let log = worker.log();
    assert!(log.contains("the key-value store failed: the store is down"), "{log}");
}

#[tokio::test]
async fn revoke_does_what_it_can_before_it_fails() {
    let worker = Worker::new();
    let ids: Vec<_> = (0..5).map(|_| worker.id()).collect();
    for id in &ids {
        worker.create(*id, &worker.record()).await.expect(201);
    }
    worker.sessions.fail_after(0);
    unavailable(&worker.revoke(&ids).await);
    let left = ids.iter().filter(|id| worker.sessions.peek(&session_key(**id)).is_some()).count();
    assert_eq!(left, 0, "one marker is missing, but its record is gone all the same");
    worker.revoke(&ids).await.expect(204);
    for id in ids {
        worker.update(id, &worker.record()).await.expect_problem(409, "revoked");
    }
}

#[tokio::test]
async fn a_write_is_not_tried_where_what_is_stored_is_unknown() {
    let worker = Worker::new();
    let id = worker.id();
    worker.sessions.fail_after(0);
    unavailable(&worker.create(id, &worker.record()).await);
    assert_eq!(worker.sessions.take_counts().writes, 0);
}
