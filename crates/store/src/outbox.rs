//! Work that follows from a change: written with it, done after the response, repeated until it is done.

use std::time::Duration;

use accounts::{OutboxId, SessionId, Timestamp, TokenHash, UserId};
use serde::Deserialize;

use crate::rows::json;
use crate::statement::statement;
use crate::{Query, Statement};

/// The kind of work that makes what is cached about anybody's permissions stale. Written by commands too.
pub const RAISE_EPOCH: &str = "raise_epoch";

/// A piece of work.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: OutboxId,
    /// What is to be done.
    pub kind: String,
    /// With what.
    #[serde(deserialize_with = "json")]
    pub payload: serde_json::Value,
    /// How often it has failed.
    pub attempts: i64,
    /// When it is due.
    pub due_at: Timestamp,
    /// When it was written.
    pub created_at: Timestamp,
}

/// A piece of work that nobody else does now.
#[derive(Clone, Debug, Deserialize)]
pub struct Claimed {
    /// Its id.
    pub id: OutboxId,
}

/// A piece of work that is not tried any more.
#[derive(Clone, Debug, Deserialize)]
pub struct GivenUp {
    /// Its id.
    pub id: OutboxId,
    /// What was to be done.
    pub kind: String,
}

/// When a piece of work was written, and when the cron trigger may take it up.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// Now.
    pub created_at: Timestamp,
    /// Later, so that the request that wrote it comes first.
    pub due_at: Timestamp,
}

/// Writes down a piece of work.
pub fn insert(id: OutboxId, kind: &str, payload: &serde_json::Value, when: Schedule) -> Statement {
    statement!("outbox/insert", &id, kind, payload.to_string(), when.due_at, when.created_at)
}

/// Writes down that a session's record must go, if there may be one; comes before the deletion of the session, in its batch.
pub fn insert_revocation_of_session(id: OutboxId, session: SessionId, when: Schedule) -> Statement {
    statement!("outbox/insert_revocation_of_session", &id, &session, when.due_at, when.created_at)
}

/// Writes down that the records of the sessions of a user must go, as far as there may be any; comes before their deletion, in its
/// batch.
pub fn insert_revocation_of_user(id: OutboxId, user: UserId, when: Schedule) -> Statement {
    statement!("outbox/insert_revocation_of_user", &id, &user, when.due_at, when.created_at)
}

/// Writes down that the record of a token's session must go, if there may be one; comes before the deletion, in its batch.
pub fn insert_revocation_of_token(id: OutboxId, token: &TokenHash, when: Schedule) -> Statement {
    statement!("outbox/insert_revocation_of_token", &id, token, when.due_at, when.created_at)
}

/// Writes down that the records of the sessions of a user but one must go, as far as there may be any; comes before their deletion,
/// in its batch.
pub fn insert_revocation_of_others(id: OutboxId, user: UserId, kept: SessionId, when: Schedule) -> Statement {
    statement!("outbox/insert_revocation_of_others", &id, &user, &kept, when.due_at, when.created_at)
}

/// Writes down that what is cached about a user is out of date, if anything may be; comes after the change of their version and before
/// [`sessions::outdate`](crate::sessions::outdate), in one batch.
pub fn insert_invalidation_of_user(id: OutboxId, user: UserId, when: Schedule) -> Statement {
    statement!("outbox/insert_invalidation_of_user", &id, &user, when.due_at, when.created_at)
}

/// These pieces of work, as far as there are any.
pub fn by_ids(ids: &[OutboxId]) -> Query<Entry> {
    Query::new(statement!("outbox/by_ids", ids))
}

/// One piece of work, unless it is done.
pub fn by_id(id: OutboxId) -> Query<Entry> {
    Query::new(statement!("outbox/by_id", &id))
}

/// What is due, the longest due first; `limit` of it, and as many that are due too late, since nothing is put off for longer
/// than `longest`.
pub fn due(now: Timestamp, longest: Duration, limit: u32) -> Query<Entry> {
    Query::new(statement!("outbox/due", now, i64::from(limit), now.plus(longest)))
}

/// Takes an entry for oneself until `until`; gives no row where somebody else has.
pub fn claim(entry: &Entry, until: Timestamp) -> Query<Claimed> {
    Query::new(statement!("outbox/claim", &entry.id, entry.due_at, until))
}

/// It is done.
pub fn delete(id: OutboxId) -> Statement {
    statement!("outbox/delete", &id)
}

/// It failed; again at `due_at`.
pub fn retry(id: OutboxId, due_at: Timestamp) -> Statement {
    statement!("outbox/retry", &id, due_at)
}

/// Drops so many pieces of work at most that were written before `time` and have not succeeded since.
pub fn give_up(time: Timestamp, rows: u32) -> Query<GivenUp> {
    Query::new(statement!("outbox/give_up", &OutboxId::first_at(time), time, i64::from(rows)))
}
