//! Records: written, read, merged, removed.

use std::time::Duration;

use serde_json::json;

use crate::support::{Worker, marker_key, session_key};

#[tokio::test]
async fn create_then_get_gives_the_record() {
    let worker = Worker::new();
    let (id, record) = (worker.id(), worker.record());
    assert!(worker.create(id, &record).await.expect(201).body.is_empty());
    worker.raise_epoch(5).await.expect(204);
    let reply = worker.get_session(id).await.expect(200);
    assert_eq!(reply.json(), json!({ "freshness": "fresh", "session": record }));
    assert_eq!(reply.headers["content-type"], "application/json");
    assert_eq!(reply.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn create_without_rbac_keeps_the_record_without_roles() {
    let worker = Worker::new();
    let id = worker.id();
    let record = worker.record_with(&json!({ "roles": null, "permissions": null, "epoch": null }));
    worker.create(id, &record).await.expect(201);
    assert_eq!(worker.get_session(id).await.json(), json!({ "freshness": "fresh", "session": record }));
}

#[tokio::test]
async fn create_twice_is_as_good_as_once() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    worker.create(id, &worker.record()).await.expect(201);
    worker.get_session(id).await.expect(200);
}

#[tokio::test]
async fn create_with_10_000_permissions_works() {
    let worker = Worker::new();
    let id = worker.id();
    let long = "p".repeat(60);
    let permissions: Vec<_> = (0..10_000).map(|n| format!("{long}{n:04}:{long}")).collect();
    let record = worker.record_with(&json!({ "permissions": permissions }));
    worker.create(id, &record).await.expect(201);
    worker.update(id, &record).await.expect(204);
    worker.add(id, &json!({ "lastName": "Lee" })).await.expect(204);
    let session = worker.get_session(id).await.expect(200).json()["session"].take();
    assert_eq!(session["permissions"].as_array().map(Vec::len), Some(10_000));
    assert_eq!(session["lastName"], "Lee");
}

#[tokio::test]
async fn get_of_an_unknown_session_is_404() {
    let worker = Worker::new();
    worker.get_session(worker.id()).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn get_of_what_is_no_hash_is_404_and_asks_nobody() {
    let worker = Worker::new();
    worker.raise_epoch(1).await.expect(204);
    worker.sessions.take_counts();
    for id in ["x", "..%2Fmeta%2Fepoch", "meta%2Fepoch", "%00", &"A".repeat(44)] {
        worker.get(&format!("/get/{id}")).await.expect_problem(404, "not_found");
        worker.delete(&format!("/delete/{id}")).await.expect_problem(404, "not_found");
    }
    assert_eq!(worker.sessions.take_counts().calls, 0);
}

#[tokio::test]
async fn get_on_a_warm_session_is_one_call_and_no_write() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    worker.sessions.take_counts();
    worker.get_session(id).await.expect(200);
    let counts = worker.sessions.take_counts();
    assert_eq!((counts.calls, counts.reads, counts.writes, counts.deletes), (1, 3, 0, 0));
    assert_eq!(worker.cache.take_counts().calls, 0);
}

#[tokio::test]
async fn get_past_the_end_of_the_session_is_404() {
    let worker = Worker::new();
    let id = worker.id();
    let record = worker.record_with(&json!({ "expiresAt": worker.now() + 120_000 }));
    worker.create(id, &record).await.expect(201);
    worker.runtime.advance(Duration::from_millis(119_999));
    worker.get_session(id).await.expect(200);
    worker.runtime.advance(Duration::from_millis(1));
    worker.get_session(id).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn get_after_the_idle_limit_is_404() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    worker.runtime.advance(Duration::from_mins(10));
    worker.get_session(id).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn update_of_a_missing_session_writes_it() {
    let worker = Worker::new();
    let id = worker.id();
    assert!(worker.update(id, &worker.record()).await.expect(204).body.is_empty());
    worker.get_session(id).await.expect(200);
}

#[tokio::test]
async fn update_replaces_the_whole_record_and_its_life() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    worker.runtime.advance(Duration::from_secs(590));
    let record = worker.record_with(&json!({ "userVersion": 4, "firstName": "Anna", "roles": null }));
    worker.update(id, &record).await.expect(204);
    worker.runtime.advance(Duration::from_secs(590));
    assert_eq!(worker.get_session(id).await.expect(200).json()["session"], record);
}

#[tokio::test]
async fn update_with_what_is_older_than_stored_is_409() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    for older in [json!({ "userVersion": 2 }), json!({ "epoch": 4 }), json!({ "userVersion": 2, "epoch": 6 })]
    {
        let record = worker.record_with(&older);
        worker.update(id, &record).await.expect_problem(409, "older_version");
        worker.create(id, &record).await.expect_problem(409, "older_version");
    }
    assert_eq!(worker.get_session(id).await.json()["session"], worker.record());
}

#[tokio::test]
async fn update_with_what_is_as_new_or_newer_is_taken() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    for newer in [json!({}), json!({ "epoch": 6 }), json!({ "userVersion": 4, "epoch": 6 })] {
        worker.update(id, &worker.record_with(&newer)).await.expect(204);
    }
}

#[tokio::test]
async fn update_after_rbac_was_switched_is_taken() {
    let worker = Worker::new();
    let id = worker.id();
    let without = worker.record_with(&json!({ "roles": null, "permissions": null, "epoch": null }));
    worker.create(id, &worker.record()).await.expect(201);
    worker.update(id, &without).await.expect(204);
    worker.update(id, &worker.record()).await.expect(204);
}

#[tokio::test]
async fn add_sets_its_fields_and_leaves_the_others() {
    let worker = Worker::new();
    let (id, record) = (worker.id(), worker.record());
    worker.create(id, &record).await.expect(201);
    assert!(worker.add(id, &json!({ "lastName": "Lee" })).await.expect(204).body.is_empty());
    let session = worker.get_session(id).await.json()["session"].take();
    assert_eq!(session, crate::support::merge(record, &json!({ "lastName": "Lee" })));
    worker.add(id, &json!({ "firstName": "Anna" })).await.expect(204);
    let session = worker.get_session(id).await.json()["session"].take();
    assert_eq!((&session["firstName"], &session["lastName"]), (&json!("Anna"), &json!("Lee")));
}

#[tokio::test]
async fn add_does_not_make_permissions_younger() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    worker.runtime.advance(Duration::from_secs(500));
    worker.add(id, &json!({ "lastName": "Lee" })).await.expect(204);
    worker.runtime.advance(Duration::from_secs(401));
    assert_eq!(worker.get_session(id).await.expect(200).json()["freshness"], "stale");
}

#[tokio::test]
async fn add_to_what_is_not_there_is_404() {
    let worker = Worker::new();
    let id = worker.id();
    worker.add(id, &json!({ "lastName": "Lee" })).await.expect_problem(404, "not_found");
    worker.create(id, &worker.record_with(&json!({ "expiresAt": worker.now() }))).await.expect(201);
    worker.add(id, &json!({ "lastName": "Lee" })).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn delete_ends_the_session_whether_it_is_there_or_not() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    for _ in 0..2 {
        assert!(worker.delete(&format!("/delete/{id}")).await.expect(204).body.is_empty());
        worker.get_session(id).await.expect_problem(404, "not_found");
    }
    worker.create(id, &worker.record()).await.expect_problem(409, "revoked");
    assert_eq!(worker.sessions.keys(), [marker_key(id)]);
}

#[tokio::test]
async fn ttl_lives_as_long_as_asked_up_to_thirty_days() {
    let worker = Worker::new();
    let thirty_days = 30 * 86_400;
    for (asked, given) in [(60, 60), (3_600, 3_600), (thirty_days, thirty_days), (u64::MAX, thirty_days)] {
        let id = worker.id();
        let body = json!({ "id": id, "ttlSeconds": asked, "session": worker.record() });
        worker.post("/create", &body).await.expect(201);
        assert_eq!(worker.sessions.ttl(&session_key(id)), Some(Duration::from_secs(given)));
    }
}

#[tokio::test]
async fn ttl_below_a_minute_is_400() {
    let worker = Worker::new();
    let (id, session) = (worker.id(), worker.record());
    for ttl in [0, 59] {
        let body = json!({ "id": id, "ttlSeconds": ttl, "session": session });
        let reply = worker.post("/create", &body).await.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], "ttlSeconds");
        let body = json!({ "ttlSeconds": ttl, "session": session });
        let reply = worker.put(&format!("/update/{id}"), &body).await.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], "ttlSeconds");
        let reply =
            worker.add(id, &json!({ "ttlSeconds": ttl })).await.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], "ttlSeconds");
    }
    assert_eq!(worker.sessions.take_counts().calls, 0);
}

#[tokio::test]
async fn a_record_of_another_version_is_not_written() {
    let worker = Worker::new();
    let id = worker.id();
    let record = worker.record_with(&json!({ "version": 2 }));
    let reply = worker.create(id, &record).await.expect_problem(400, "invalid_request");
    assert_eq!(reply.json()["field"], "session.version");
    let reply = worker.update(id, &record).await.expect_problem(400, "invalid_request");
    assert_eq!(reply.json()["field"], "session.version");
}

#[tokio::test]
async fn nothing_of_a_session_is_logged() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    worker.get_session(id).await.expect(200);
    worker.sessions.poke(&session_key(id), r#"{"username":"ann@example.com"}"#);
    worker.get_session(id).await.expect(404);
    worker.revoke(&[id]).await.expect(204);
    worker.sessions.set_failing(true);
    worker.get_session(id).await.expect(503);
    let log = worker.log();
    for secret in [id.to_string().as_str(), "ann@example.com", "Ann", "users:read"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
