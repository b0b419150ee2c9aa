//! The work that follows from changes: telling the cache. Done after the response; what fails is done again by the
//! cron trigger until it succeeds, so a failing cache delays nothing and undoes nothing.

use std::time::Duration;

use accounts::{OutboxId, Timestamp};
use futures_util::future::join_all;
use http_kit::Level;
use serde::Deserialize;
use serde_json::json;
use store::outbox::{self, Entry, Schedule};
use store::{Db, StoreError, rbac_meta};

use crate::app::{App, Platform};
use crate::services::alerts::{self, AlertError};
use crate::services::mail::{MailError, SendMail, deliver};
use crate::services::session_cache::{SessionCache, SessionCacheError};

/// How long the request that wrote a piece of work has, before the cron trigger takes it up.
const GRACE: Duration = Duration::from_secs(30);
/// How long whoever sends a message has, before somebody else tries.
const LEASE: Duration = Duration::from_mins(2);
/// The longest pause between two attempts.
const MAX_PAUSE: Duration = Duration::from_hours(1);
/// How much the cron trigger takes up at a time.
const PAGE: u32 = 100;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sessions are over: their records must never be used or written again.
    RevokeSessions,
    /// What is cached about a user is out of date.
    InvalidateUser,
    /// What is cached about anybody's permissions is out of date.
    RaiseEpoch,
    /// Somebody is owed a mail.
    SendMail,
    /// A webhook is to be told that something is wrong.
    SendAlert,
}

impl Kind {
    const ALL: [Self; 5] =
        [Self::RevokeSessions, Self::InvalidateUser, Self::RaiseEpoch, Self::SendMail, Self::SendAlert];

    fn of(entry: &Entry) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == entry.kind)
    }

    /// Whether it goes to somebody who would notice if it came twice.
    fn is_message(self) -> bool {
        matches!(self, Self::SendMail | Self::SendAlert)
    }

    /// Its name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RevokeSessions => "revoke_sessions",
            Self::InvalidateUser => "invalidate_user",
            Self::RaiseEpoch => outbox::RAISE_EPOCH,
            Self::SendMail => "send_mail",
            Self::SendAlert => "send_alert",
        }
    }
}

/// Why a piece of work is not done.
#[derive(Debug, thiserror::Error)]
enum WorkError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Cache(#[from] SessionCacheError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error(transparent)]
    Alert(#[from] AlertError),
    #[error("unknown kind of work `{0}`")]
    Kind(String),
    #[error("unreadable work: {0}")]
    Payload(#[from] serde_json::Error),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RevokeSessions {
    token_hashes: Vec<accounts::TokenHash>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InvalidateUser {
    token_hashes: Vec<accounts::TokenHash>,
    user_version: i64,
}

pub(crate) fn schedule(now: Timestamp) -> Schedule {
    Schedule { created_at: now, due_at: now.plus(GRACE) }
}

/// Does these pieces of work, which have just been written.
pub async fn process<P: Platform>(app: &App<P>, entries: Vec<Entry>) {
    for entry in entries {
        attempt(app, entry).await;
    }
}

/// Does everything that is due.
pub(super) async fn drain<P: Platform>(app: &App<P>) -> Result<(), StoreError> {
    loop {
        // An entry that fails is due later, so this ends.
        let entries = outbox::due(app.runtime.now(), MAX_PAUSE * 2, PAGE).all(&app.db).await?;
        let last = entries.len() < PAGE as usize;
        // The epoch is one key, which takes one write a second: one write stands for all that ask for it.
        let (epochs, others): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| entry.kind == Kind::RaiseEpoch.as_str());
        let mut epochs = epochs.into_iter();
        if let Some(first) = epochs.next() {
            let first_id = first.id;
            attempt(app, first).await;
            let raised = outbox::by_id(first_id).first(&app.db).await?.is_none();
            let settle = |entry: Entry| {
                if raised {
                    outbox::delete(entry.id)
                } else {
                    outbox::retry(entry.id, pause(app, entry.attempts))
                }
            };
            let statements: Vec<_> = epochs.map(settle).collect();
            if !statements.is_empty() {
                app.db.batch(statements).await?;
            }
        }
        // Messages come last and all at once: a server that hangs must not hold up a revocation.
        let (messages, others): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|entry| Kind::of(entry).is_some_and(Kind::is_message));
        for entry in others {
            attempt(app, entry).await;
        }
        join_all(messages.into_iter().map(|entry| attempt(app, entry))).await;
        if last {
            return Ok(());
        }
    }
}

async fn attempt<P: Platform>(app: &App<P>, entry: Entry) {
    let (id, attempts) = (entry.id, entry.attempts);
    // Other work may be done twice; a message should not be sent twice.
    if Kind::of(&entry).is_some_and(Kind::is_message) {
        let until = app.runtime.now().plus(LEASE);
        match outbox::claim(&entry, until).first(&app.db).await {
            Ok(Some(_)) => {}
            Ok(None) => return,
            Err(error) => return log(app, Level::Warn, &id, &error),
        }
    }
    let settled = match perform(app, entry).await {
        Ok(()) => strike_off(app, id).await,
        Err(error) => {
            log(app, Level::Warn, &id, &error);
            outbox::retry(id, pause(app, attempts)).run(&app.db).await
        }
    };
    if let Err(error) = settled {
        log(app, Level::Error, &id, &error);
    }
}

/// Once more where it fails: what is not struck off is done again, and a message then comes twice.
async fn strike_off<P: Platform>(app: &App<P>, id: OutboxId) -> Result<(), StoreError> {
    match outbox::delete(id).run(&app.db).await {
        Ok(()) => Ok(()),
        Err(_) => outbox::delete(id).run(&app.db).await,
    }
}

async fn perform<P: Platform>(app: &App<P>, entry: Entry) -> Result<(), WorkError> {
    let cache = SessionCache::new(&app.session_state);
    match Kind::of(&entry).ok_or(WorkError::Kind(entry.kind))? {
        Kind::RevokeSessions => {
            let work: RevokeSessions = serde_json::from_value(entry.payload)?;
            cache.revoke(work.token_hashes).await?;
        }
        Kind::InvalidateUser => {
            let work: InvalidateUser = serde_json::from_value(entry.payload)?;
            cache.invalidate(work.token_hashes, work.user_version).await?;
        }
        Kind::SendMail => {
            let work: SendMail = serde_json::from_value(entry.payload)?;
            deliver(app, work).await?;
        }
        Kind::SendAlert => alerts::deliver(app, entry.created_at, entry.payload).await?,
        Kind::RaiseEpoch => {
            let epoch = rbac_meta::epoch().one(&app.db).await?.epoch;
            cache.raise_epoch(epoch).await?;
        }
    }
    Ok(())
}

/// Twice as long after every failure: a minute, two, four, up to an hour.
fn pause<P: Platform>(app: &App<P>, attempts: i64) -> Timestamp {
    let doublings = u32::try_from(attempts.clamp(0, 6)).unwrap_or(6);
    app.runtime.now().plus(Duration::from_secs(60 << doublings).min(MAX_PAUSE))
}

fn log<P: Platform>(app: &App<P>, level: Level, id: &OutboxId, error: &impl std::fmt::Display) {
    app.log(level, "outbox: not done yet", json!({ "outboxId": id, "cause": error.to_string() }));
}
