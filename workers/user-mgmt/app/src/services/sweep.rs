//! Deletes what is over: sessions, tokens, requests for mails, failed sign-ins, work that never succeeded.
//!
//! None of it counts any more when it is deleted, so when that happens matters to nobody but the size of the database.
//! Each run looks at a bounded number of rows, found by an index; as long as it finds much to delete, it goes on, up to a
//! limit. With RBAC off, it touches tables of the first migration alone.

use std::time::Duration;

use accounts::SessionToken;
use http_kit::Level;
use serde::de::IgnoredAny;
use serde_json::json;
use store::{
    Db, StoreError, Window, api_tokens, decode, identities, mail_requests, one_time_tokens, outbox, sessions,
    sign_in_failures,
};

use crate::app::{App, Platform};
use crate::services::{change, throttle};

/// How many rows a round looks at in each table; twice as many in those that it goes through by windows.
const ROWS: u32 = 100;
/// A table in which a round has deleted so many is worth another one.
const MANY: usize = 25;
/// How many rounds a run has at most.
const ROUNDS: usize = 20;
/// How long an API token stays in its owner's list after its end, to show why a program is refused.
const ENDED_TOKENS: Duration = Duration::from_hours(24 * 30);
/// How long work is tried again. By then nothing is left of what it was to change: no record in the cache is older.
const UNDONE_WORK: Duration = Duration::from_hours(24 * 31);

/// Deletes what one run finds.
pub(super) async fn run<P: Platform>(app: &App<P>) -> Result<(), StoreError> {
    for _ in 0..ROUNDS {
        if !round(app).await? {
            break;
        }
    }
    Ok(())
}

/// Whether there is much more.
async fn round<P: Platform>(app: &App<P>) -> Result<bool, StoreError> {
    let (now, limits) = (app.runtime.now(), &app.config.session_limits);
    let window = Window { from: SessionToken::generate(&*app.runtime).hash(), rows: ROWS };
    let mut statements = vec![
        outbox::give_up(now.minus(UNDONE_WORK), ROWS).into_statement(),
        sessions::sweep(&window, limits, now),
        one_time_tokens::sweep(&window, now),
        mail_requests::sweep(now.minus(change::BETWEEN_MAILS), ROWS),
        sign_in_failures::sweep(throttle::counted_since(now), ROWS),
    ];
    if app.config.rbac_enabled {
        statements.push(api_tokens::sweep(&window, now.minus(ENDED_TOKENS)));
    }
    if app.config.oidc.is_some() {
        statements.push(identities::sweep_logins(now, ROWS));
        statements.push(identities::sweep_logouts(now, ROWS));
    }
    let deleted = app.db.batch(statements).await?;
    for work in decode::<outbox::GivenUp>("outbox/give_up", deleted.first().cloned().unwrap_or_default())? {
        app.log(Level::Error, "outbox: given up", json!({ "outboxId": work.id, "kind": work.kind }));
    }
    for rows in deleted {
        if decode::<IgnoredAny>("sweep", rows)?.len() >= MANY {
            return Ok(true);
        }
    }
    Ok(false)
}
