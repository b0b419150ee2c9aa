use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use accounts::Clock;
use http_kit::{RateLimit, RateLimitError};

use crate::runtime::TestRuntime;

/// The limit of `wrangler/user-mgmt.jsonc`: so many uses of a key in a minute, as minutes begin on the clock.
const LIMIT: u32 = 30;
const PERIOD_MILLIS: i64 = 60_000;

/// Counts in memory. It can be cut off.
#[derive(Clone, Debug)]
pub struct MemoryRateLimit {
    runtime: Arc<TestRuntime>,
    counts: Arc<Mutex<HashMap<(String, i64), u32>>>,
    down: Arc<Mutex<bool>>,
}

impl MemoryRateLimit {
    pub(crate) fn new(runtime: Arc<TestRuntime>) -> Self {
        Self { runtime, counts: Arc::default(), down: Arc::default() }
    }

    /// Cuts it off, or brings it back.
    pub fn set_down(&self, down: bool) {
        *self.down.lock().unwrap() = down;
    }
}

impl RateLimit for MemoryRateLimit {
    async fn admit(&self, key: &str) -> Result<bool, RateLimitError> {
        if *self.down.lock().unwrap() {
            return Err(RateLimitError("cut off".to_owned()));
        }
        let period = self.runtime.now().as_millis() / PERIOD_MILLIS;
        let mut counts = self.counts.lock().unwrap();
        let count = counts.entry((key.to_owned(), period)).or_default();
        *count += 1;
        Ok(*count <= LIMIT)
    }
}
