//! When permissions are stale, and the epoch.

use serde_json::{Value, json};

use crate::support::Worker;

/// What a record lacks that was made while RBAC was off.
const NO_RBAC: &str = r#"{"roles":null,"permissions":null,"epoch":null}"#;

#[tokio::test]
async fn freshness_follows_from_epoch_and_age() {
    // What it is about, the age in milliseconds, how the record differs, the stored epoch, and what follows.
    let table = [
        // The epoch: a record is at epoch 5 unless said otherwise.
        ("the epoch was never raised", 0, "{}", None, "fresh"),
        ("the epoch is behind the record", 0, "{}", Some("4"), "fresh"),
        ("the epoch is that of the record", 0, "{}", Some("5"), "fresh"),
        ("the epoch is ahead of the record", 0, "{}", Some("6"), "stale"),
        ("the epoch is no number", 0, "{}", Some("six"), "stale"),
        ("the epoch is empty", 0, "{}", Some(""), "stale"),
        ("the epoch is beyond all numbers", 0, "{}", Some("99999999999999999999"), "stale"),
        ("permissions of no known epoch", 0, r#"{"epoch":null}"#, Some("0"), "stale"),
        // The age.
        ("just made", 0, "{}", None, "fresh"),
        ("as old as may be", 900_000, "{}", None, "fresh"),
        ("older than may be", 900_001, "{}", None, "stale"),
        ("made at the beginning of time", i64::MAX, "{}", None, "stale"),
        // Clocks that differ a little, and clocks that are far off.
        ("from a clock a little ahead", -60_000, "{}", None, "fresh"),
        ("from a clock far ahead", -60_001, "{}", None, "stale"),
        ("from the end of time", i64::MIN, "{}", None, "stale"),
        // Without permissions there is nothing that could be out of date.
        ("old, without permissions", 3_000_000, NO_RBAC, None, "fresh"),
        ("any epoch, without permissions", 0, NO_RBAC, Some("6"), "fresh"),
        ("no readable epoch, without permissions", 0, NO_RBAC, Some("six"), "fresh"),
        // Records of a release that wrote less are read, and made anew before anything rests on them.
        ("the tenant has no name", 0, r#"{"tenant":null}"#, None, "stale"),
        ("nobody knows who is staff", 0, r#"{"staff":null}"#, None, "stale"),
        ("no permissions at all is a list too", 900_001, r#"{"permissions":[]}"#, None, "stale"),
    ];
    for (case, age, changes, epoch, expected) in table {
        let worker = Worker::new();
        let id = worker.id();
        let changes: Value = serde_json::from_str(changes).unwrap();
        let mut record = worker.record_with(&changes);
        record["createdAt"] = worker.now().saturating_sub(age).into();
        worker.create(id, &record).await.expect(201);
        if let Some(epoch) = epoch {
            worker.sessions.poke("meta/epoch", epoch);
        }
        assert_eq!(worker.get_session(id).await.expect(200).json()["freshness"], expected, "{case}");
    }
}

#[tokio::test]
async fn raise_epoch_makes_earlier_records_stale_until_they_are_made_anew() {
    let worker = Worker::new();
    let id = worker.id();
    worker.create(id, &worker.record()).await.expect(201);
    assert!(worker.raise_epoch(6).await.expect(204).body.is_empty());
    assert_eq!(worker.get_session(id).await.json()["freshness"], "stale");
    worker.update(id, &worker.record_with(&json!({ "epoch": 6 }))).await.expect(204);
    assert_eq!(worker.get_session(id).await.json()["freshness"], "fresh");
}

#[tokio::test]
async fn raise_epoch_never_lowers_it_and_writes_only_what_is_new() {
    let worker = Worker::new();
    for (epoch, stored) in
        [(7, "7"), (7, "7"), (3, "7"), (-1, "7"), (8, "8"), (i64::MAX, "9223372036854775807")]
    {
        worker.raise_epoch(epoch).await.expect(204);
        assert_eq!(worker.sessions.peek("meta/epoch").as_deref(), Some(stored));
    }
    assert_eq!(worker.sessions.take_counts().writes, 3);
    assert_eq!(worker.sessions.ttl("meta/epoch"), None, "the epoch never expires");
}

#[tokio::test]
async fn raise_epoch_to_zero_or_less_on_an_empty_store_writes_nothing() {
    let worker = Worker::new();
    for epoch in [0, -5] {
        worker.raise_epoch(epoch).await.expect(204);
    }
    assert_eq!(worker.sessions.take_counts().writes, 0);
}

#[tokio::test]
async fn raise_epoch_replaces_one_that_cannot_be_read() {
    let worker = Worker::new();
    worker.sessions.poke("meta/epoch", "six");
    worker.raise_epoch(2).await.expect(204);
    assert_eq!(worker.sessions.peek("meta/epoch").as_deref(), Some("2"));
    assert_eq!(worker.warnings(), ["the epoch can't be read: all permissions count as stale"]);
}
