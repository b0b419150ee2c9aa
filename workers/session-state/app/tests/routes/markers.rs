//! Revocation and invalidation, and everything that may cross them on its way.

use std::time::Duration;

use serde_json::json;
use session_state_app::Kv;

use crate::support::{Worker, marker_key, session_key};

const DAY: Duration = Duration::from_hours(24);
const THIRTY_DAYS: u64 = 30 * 86_400;

#[tokio::test]
async fn revoke_ends_all_that_are_named() {
    let worker = Worker::new();
    let (first, second, other) = (worker.id(), worker.id(), worker.id());
    for id in [first, second, other] {
        worker.create(id, &worker.record()).await.expect(201);
    }
    assert!(worker.revoke(&[first, second, first, worker.id()]).await.expect(204).body.is_empty());
    worker.get_session(first).await.expect_problem(404, "not_found");
    worker.get_session(second).await.expect_problem(404, "not_found");
    worker.get_session(other).await.expect(200);
}

#[tokio::test]
async fn revoke_removes_the_record_itself() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    worker.revoke(&[id]).await.expect(204);
    assert_eq!(worker.sessions.keys(), [marker_key(id)]);
}

#[tokio::test]
async fn a_refresh_that_arrives_after_a_revocation_is_409() {
    let worker = Worker::new();
    let (id, record) = (worker.id(), worker.record());
    worker.create(id, &record).await.expect(201);
    worker.revoke(&[id]).await.expect(204);
    let newer = worker.record_with(&json!({ "userVersion": 9, "epoch": 9 }));
    worker.update(id, &newer).await.expect_problem(409, "revoked");
    worker.create(id, &newer).await.expect_problem(409, "revoked");
    worker.add(id, &json!({ "lastName": "Lee" })).await.expect_problem(409, "revoked");
    worker.get_session(id).await.expect_problem(404, "not_found");
}

/// A refresh looks for a marker, a revocation comes and goes, and then the refresh writes.
#[tokio::test]
async fn a_record_that_lands_after_a_revocation_is_never_believed() {
    let worker = Worker::new();
    let id = worker.id();
    worker.revoke(&[id]).await.expect(204);
    worker.runtime.advance(DAY / 2);
    let record = worker.record_with(&json!({ "expiresAt": worker.now() + 400 * 86_400_000_i64 }));
    worker.sessions.put(&session_key(id), &record.to_string(), Some(THIRTY_DAYS)).await.unwrap();
    for _ in 0..30 {
        worker.get_session(id).await.expect_problem(404, "not_found");
        worker.add(id, &json!({ "lastName": "Lee" })).await.expect_problem(409, "revoked");
        worker.runtime.advance(DAY);
    }
    assert_eq!(worker.sessions.peek(&session_key(id)), None, "the marker outlived the record");
}

#[tokio::test]
async fn a_record_that_lands_after_an_invalidation_is_believed_only_if_it_is_newer() {
    let worker = Worker::new();
    let id = worker.id();
    worker.invalidate(&[id], 4).await.expect(204);
    for (user_version, status) in [(3, 404), (4, 200), (5, 200)] {
        let record = worker.record_with(&json!({ "userVersion": user_version }));
        worker.sessions.put(&session_key(id), &record.to_string(), Some(THIRTY_DAYS)).await.unwrap();
        worker.get_session(id).await.expect(status);
    }
}

#[tokio::test]
async fn invalidate_ends_records_of_earlier_versions_only() {
    let worker = Worker::new();
    let (old, new) = (worker.id(), worker.id());
    worker.create(old, &worker.record()).await.expect(201);
    worker.create(new, &worker.record_with(&json!({ "userVersion": 4 }))).await.expect(201);
    assert!(worker.invalidate(&[old, new], 4).await.expect(204).body.is_empty());
    worker.get_session(old).await.expect_problem(404, "not_found");
    worker.add(old, &json!({ "lastName": "Lee" })).await.expect_problem(404, "not_found");
    worker.get_session(new).await.expect(200);
}

#[tokio::test]
async fn a_refresh_after_an_invalidation_must_know_of_it() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    worker.invalidate(&[id], 4).await.expect(204);
    worker.update(id, &worker.record()).await.expect_problem(409, "older_version");
    worker.create(id, &worker.record()).await.expect_problem(409, "older_version");
    worker.update(id, &worker.record_with(&json!({ "userVersion": 4 }))).await.expect(204);
    worker.get_session(id).await.expect(200);
    worker.update(id, &worker.record()).await.expect_problem(409, "older_version");
}

#[tokio::test]
async fn invalidate_out_of_order_keeps_the_newest_version() {
    let worker = Worker::new();
    let id = worker.id();
    for user_version in [5, 4, 5] {
        worker.invalidate(&[id], user_version).await.expect(204);
    }
    assert_eq!(worker.sessions.take_counts().writes, 1, "what is known already costs no write");
    worker
        .update(id, &worker.record_with(&json!({ "userVersion": 4 })))
        .await
        .expect_problem(409, "older_version");
    worker.invalidate(&[id], 6).await.expect(204);
    worker
        .update(id, &worker.record_with(&json!({ "userVersion": 5 })))
        .await
        .expect_problem(409, "older_version");
}

#[tokio::test]
async fn invalidate_after_a_revocation_leaves_it_standing() {
    let worker = Worker::new();
    let id = worker.id();
    worker.revoke(&[id]).await.expect(204);
    worker.invalidate(&[id], 4).await.expect(204);
    worker.update(id, &worker.record_with(&json!({ "userVersion": 9 }))).await.expect_problem(409, "revoked");
}

#[tokio::test]
async fn revoke_after_an_invalidation_stands() {
    let worker = Worker::new();
    let id = worker.id();
    worker.invalidate(&[id], 4).await.expect(204);
    worker.revoke(&[id]).await.expect(204);
    worker.update(id, &worker.record_with(&json!({ "userVersion": 9 }))).await.expect_problem(409, "revoked");
}

#[tokio::test]
async fn markers_outlive_every_record() {
    let worker = Worker::new();
    let (revoked, invalidated) = (worker.id(), worker.id());
    worker.revoke(&[revoked]).await.expect(204);
    worker.invalidate(&[invalidated], 4).await.expect(204);
    for id in [revoked, invalidated] {
        let ttl = worker.sessions.ttl(&marker_key(id)).unwrap();
        assert!(ttl >= Duration::from_secs(THIRTY_DAYS) + DAY, "{ttl:?}");
    }
}

#[tokio::test]
async fn a_call_may_name_400_sessions_and_stays_within_the_calls_of_a_request() {
    let worker = Worker::new();
    let ids: Vec<_> = (0..400).map(|_| worker.id()).collect();
    worker.invalidate(&ids, 4).await.expect(204);
    let counts = worker.sessions.take_counts();
    assert_eq!((counts.calls, counts.reads, counts.writes), (404, 400, 400));
    worker.revoke(&ids).await.expect(204);
    let counts = worker.sessions.take_counts();
    assert_eq!((counts.calls, counts.writes, counts.deletes), (800, 400, 400));
}

#[tokio::test]
async fn a_call_that_names_401_sessions_is_400() {
    let worker = Worker::new();
    let ids: Vec<_> = (0..401).map(|_| worker.id()).collect();
    for reply in [worker.revoke(&ids).await, worker.invalidate(&ids, 4).await] {
        assert_eq!(reply.expect_problem(400, "invalid_request").json()["field"], "ids");
    }
    assert_eq!(worker.sessions.take_counts().calls, 0);
}

#[tokio::test]
async fn a_call_that_names_nobody_does_nothing() {
    let worker = Worker::new();
    worker.revoke(&[]).await.expect(204);
    worker.invalidate(&[], 4).await.expect(204);
    assert_eq!(worker.sessions.take_counts().calls, 0);
}

#[tokio::test]
async fn a_marker_that_cannot_be_read_counts_as_revoked() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    worker.sessions.poke(&marker_key(id), r#"{"paused":{"until":7}}"#);
    worker.get_session(id).await.expect_problem(404, "not_found");
    worker.update(id, &worker.record()).await.expect_problem(409, "revoked");
    worker.invalidate(&[id], 4).await.expect(204);
    worker.get_session(id).await.expect_problem(404, "not_found");
    assert_eq!(worker.warnings()[0], "a marker can't be read: its session counts as revoked");
}
