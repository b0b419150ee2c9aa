//! `/cache/{key}`.

use std::time::Duration;

use serde_json::json;

use crate::support::Worker;

#[tokio::test]
async fn put_then_get_gives_any_json() {
    let worker = Worker::new();
    for value in
        [json!(null), json!(false), json!(1.5), json!("text"), json!([1, [2]]), json!({ "a": { "b": null } })]
    {
        assert!(worker.put("/cache/k", &json!({ "value": value })).await.expect(204).body.is_empty());
        assert_eq!(worker.get("/cache/k").await.expect(200).json(), json!({ "value": value }));
    }
}

#[tokio::test]
async fn put_of_almost_2_mib_works() {
    let worker = Worker::new();
    let value = "x".repeat(2 * 1024 * 1024 - 100);
    worker.put("/cache/k", &json!({ "value": value })).await.expect(204);
    assert_eq!(worker.get("/cache/k").await.expect(200).json()["value"], value);
}

#[tokio::test]
async fn put_lives_for_ever_unless_told_otherwise() {
    let worker = Worker::new();
    worker.put("/cache/always", &json!({ "value": 1 })).await.expect(204);
    worker.put("/cache/minute", &json!({ "value": 1, "ttlSeconds": 60 })).await.expect(204);
    worker.runtime.advance(Duration::from_mins(1));
    worker.get("/cache/always").await.expect(200);
    worker.get("/cache/minute").await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn put_for_less_than_a_minute_is_400() {
    let worker = Worker::new();
    let reply = worker.put("/cache/k", &json!({ "value": 1, "ttlSeconds": 59 })).await;
    assert_eq!(reply.expect_problem(400, "invalid_request").json()["field"], "ttlSeconds");
}

#[tokio::test]
async fn delete_removes_and_may_be_repeated() {
    let worker = Worker::new();
    worker.put("/cache/k", &json!({ "value": 1 })).await.expect(204);
    for _ in 0..2 {
        assert!(worker.delete("/cache/k").await.expect(204).body.is_empty());
        worker.get("/cache/k").await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn keys_are_plain_text_of_up_to_256_characters() {
    let worker = Worker::new();
    for key in ["k", "user:7", "A-b_c.d:0", "..", "...", &"x".repeat(256)] {
        worker.put(&format!("/cache/{key}"), &json!({ "value": key })).await.expect(204);
        assert_eq!(worker.get(&format!("/cache/{key}")).await.expect(200).json()["value"], key);
    }
    for key in ["a%20b", "a%2Fb", "%00", "%C3%A9", "a*b", "a%25b", &"x".repeat(257)] {
        let path = format!("/cache/{key}");
        let replies = [
            worker.get(&path).await,
            worker.put(&path, &json!({ "value": 1 })).await,
            worker.delete(&path).await,
        ];
        for reply in replies {
            assert_eq!(reply.expect_problem(400, "invalid_request").json()["field"], "key", "{key}");
        }
    }
}

#[tokio::test]
async fn no_key_reaches_a_session_or_the_epoch() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    worker.raise_epoch(5).await.expect(204);
    let before = worker.sessions.keys();
    worker.sessions.take_counts();
    for key in [format!("session%2F{id}"), format!("..%2Fsession%2F{id}"), "meta%2Fepoch".to_owned()] {
        worker.get(&format!("/cache/{key}")).await.expect_problem(400, "invalid_request");
    }
    for key in [id.to_string(), format!("session:{id}"), "epoch".to_owned()] {
        worker.get(&format!("/cache/{key}")).await.expect_problem(404, "not_found");
        worker.put(&format!("/cache/{key}"), &json!({ "value": 99 })).await.expect(204);
        worker.delete(&format!("/cache/{key}")).await.expect(204);
    }
    assert_eq!(worker.sessions.take_counts().calls, 0, "the cache has its own namespace");
    assert_eq!(worker.sessions.keys(), before);
    assert_eq!(worker.get_session(id).await.expect(200).json()["freshness"], "fresh");
}

#[tokio::test]
async fn no_session_reaches_the_cache() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    worker.revoke(&[id]).await.expect(204);
    assert_eq!(worker.cache.take_counts().calls, 0);
}
