use std::sync::Arc;

use http_kit::{Fetch, Runtime};
use store::Db;

use crate::config::Config;

/// The kinds of things that this worker runs on.
pub trait Platform: Send + Sync + 'static {
    /// The database.
    type Db: Db;
    /// The session-state worker.
    type SessionState: Fetch;
}

/// The worker: what it runs on and how it is configured.
pub struct App<P: Platform> {
    /// The database: the truth.
    pub db: P::Db,
    /// The session-state worker: the cache.
    pub session_state: P::SessionState,
    /// Time, randomness and the log.
    pub runtime: Arc<dyn Runtime>,
    /// How it is configured.
    pub config: Config,
}
