//! Which records of sessions are being brought up to date.
//!
//! A page whose parts all ask at once misses its record as often as it has parts, and KV takes about one write a second for a key.
//! So an isolate writes a record once at a time, and whoever comes meanwhile goes by what they have read themselves, which is
//! the truth. Whoever goes away without an end is passed over, as in the queue of hashes.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use accounts::{Timestamp, TokenHash};

/// Longer than session-state is waited for.
const LATE: Duration = Duration::from_secs(10);

/// The sessions whose records this isolate is bringing up to date, and since when.
#[derive(Debug, Default)]
pub struct Refreshes(Mutex<HashMap<TokenHash, Timestamp>>);

impl Refreshes {
    /// The turn to do it, until it is dropped; none while somebody else has it.
    pub(crate) fn begin(&self, id: TokenHash, now: Timestamp) -> Option<Refresh<'_>> {
        let mut under_way = self.under_way();
        under_way.retain(|_, since| now.since(*since) < LATE);
        if under_way.contains_key(&id) {
            return None;
        }
        under_way.insert(id, now);
        Some(Refresh { all: self, id })
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<TokenHash, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn to bring a record up to date.
pub(crate) struct Refresh<'a> {
    all: &'a Refreshes,
    id: TokenHash,
}

impl Drop for Refresh<'_> {
    fn drop(&mut self) {
        self.all.under_way().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_brought_up_to_date_by_one_at_a_time_and_nobody_holds_the_others_up_for_good() {
        let refreshes = Refreshes::default();
        let now = Timestamp::from_millis(1_000_000);
        let [ada, bob] = ["A", "g"].map(|text| TokenHash::parse(&text.repeat(43)).unwrap());
        let turn = refreshes.begin(ada, now);
        assert!(turn.is_some());
        assert!(refreshes.begin(ada, now).is_none());
        assert!(refreshes.begin(bob, now).is_some(), "another session");
        drop(turn);
        let gone = refreshes.begin(ada, now);
        assert!(gone.is_some());
        assert!(refreshes.begin(ada, now.plus(LATE).minus(Duration::from_millis(1))).is_none());
        assert!(refreshes.begin(ada, now.plus(LATE)).is_some());
    }
}
