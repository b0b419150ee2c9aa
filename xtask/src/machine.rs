//! Time and randomness of the machine that the chores run on.

use std::time::{SystemTime, UNIX_EPOCH};

use accounts::{Clock, Random, Timestamp};

/// This machine.
pub(crate) struct Machine;

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

impl Random for Machine {
    #[expect(clippy::panic, reason = "an id or a salt that can be guessed is worse than no chore")]
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = getrandom::fill(buffer) {
            panic!("this machine gives no randomness: {error}");
        }
    }
}
