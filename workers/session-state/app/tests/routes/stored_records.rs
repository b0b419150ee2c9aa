//! What other releases and strange hands leave in the store.

use serde_json::json;

use crate::support::{Worker, session_key};

#[tokio::test]
async fn a_record_that_cannot_be_read_counts_as_missing_and_can_be_overwritten() {
    let worker = Worker::new();
    let record = worker.record();
    let cases = [
        (String::new(), "it is not a session record"),
        ("not JSON".to_owned(), "it is not a session record"),
        ("null".to_owned(), "it is not a session record"),
        ("[]".to_owned(), "it is not a session record"),
        ("{}".to_owned(), "it is not a session record"),
        (record.to_string()[..40].to_owned(), "it is not a session record"),
        (worker.record_with(&json!({ "userId": "ann" })).to_string(), "it is not a session record"),
        (worker.record_with(&json!({ "permissions": "all" })).to_string(), "it is not a session record"),
        (worker.record_with(&json!({ "isAdmin": true })).to_string(), "it is not a session record"),
        (worker.record_with(&json!({ "version": "1" })).to_string(), "it is not a session record"),
        (worker.record_with(&json!({ "version": 0 })).to_string(), "its format is version 0"),
        (worker.record_with(&json!({ "version": 2 })).to_string(), "its format is version 2"),
        (r#"{"version":2,"user":{"id":7}}"#.to_owned(), "its format is version 2"),
    ];
    for (stored, reason) in cases {
        let worker = Worker::new();
        let id = worker.id();
        worker.sessions.poke(&session_key(id), &stored);
        worker.get_session(id).await.expect_problem(404, "not_found");
        assert_eq!(worker.warnings(), [format!("a session record counts as missing: {reason}")], "{stored}");
        worker.add(id, &json!({ "lastName": "Lee" })).await.expect_problem(404, "not_found");
        worker.update(id, &worker.record()).await.expect(204);
        worker.get_session(id).await.expect(200);
    }
}

#[tokio::test]
async fn a_cached_value_that_cannot_be_read_counts_as_missing_and_can_be_overwritten() {
    for stored in ["", "not JSON", "7", "{}", r#"{"value":1,"more":2}"#] {
        let worker = Worker::new();
        worker.cache.poke("cache/k", stored);
        worker.get("/cache/k").await.expect_problem(404, "not_found");
        assert_eq!(
            worker.warnings(),
            ["a value of the cache can't be read: it counts as missing"],
            "{stored}"
        );
        worker.put("/cache/k", &json!({ "value": 1 })).await.expect(204);
        worker.get("/cache/k").await.expect(200);
    }
}
