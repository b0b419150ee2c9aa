use std::fmt::Display;
use std::sync::Arc;

use accounts::password::Kdf;
use http_kit::{Analytics, Fetch, Level, RateLimit, Runtime, log_line};
use serde_json::Value;
use store::Db;

use crate::config::Config;
use crate::services::hash_queue::HashQueue;
use crate::services::mail::Mailer;
use crate::services::refreshes::Refreshes;
use crate::services::telemetry::Counters;

/// The kinds of things that this worker runs on.
pub trait Platform: Send + Sync + 'static {
    /// The database.
    type Db: Db;
    /// The session-state worker.
    type SessionState: Fetch;
    /// What turns passwords into keys.
    type Kdf: Kdf;
    /// What counts sign-ins and the like by client address.
    type RateLimit: RateLimit;
    /// What sends mail.
    type Mailer: Mailer;
    /// Any server on the internet.
    type Internet: Fetch;
}

/// The worker's name, in logs and timings.
pub const NAME: &str = "user-mgmt";

/// The worker: what it runs on and how it is configured.
pub struct App<P: Platform> {
    /// The database: the truth.
    pub db: P::Db,
    /// The session-state worker: the cache.
    pub session_state: P::SessionState,
    /// What turns passwords into keys.
    pub kdf: P::Kdf,
    /// Whose password is hashed next.
    pub hash_queue: HashQueue,
    /// Which records of sessions are being brought up to date.
    pub refreshes: Refreshes,
    /// What counts sign-ins and the like by client address.
    pub sign_in_limiter: P::RateLimit,
    /// What sends mail.
    pub mailer: P::Mailer,
    /// Any server on the internet.
    pub internet: P::Internet,
    /// Where events about decisions go, beside the log.
    pub analytics: Option<Arc<dyn Analytics>>,
    /// What is counted of decisions and not written down yet.
    pub counters: Counters,
    /// What identity providers said of themselves.
    pub providers: oidc::Cache,
    /// Time, randomness and the log.
    pub runtime: Arc<dyn Runtime>,
    /// How it is configured.
    pub config: Config,
}

impl<P: Platform> App<P> {
    /// Writes a line to the log about what no request is known for, as what the cron trigger does.
    pub(crate) fn log(&self, level: Level, message: impl Display, fields: Value) {
        self.runtime.log(level, log_line(NAME, message, fields));
    }
}
