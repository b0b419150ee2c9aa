use std::time::Duration;

use accounts::Timestamp;

/// How late whoever has a turn may be, before it counts as lost with the request that was to use it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whose turn it is to hand on what an isolate has gathered: the first after a quiet time at once, and then one every so
/// often, whatever comes in between.
#[derive(Clone, Debug)]
pub struct Turns {
    every: Duration,
    last: Option<Timestamp>,
    due: Option<Timestamp>,
}

impl Turns {
    /// One turn in so long at most.
    pub const fn new(every: Duration) -> Self {
        Self { every, last: None, due: None }
    }

    /// How long to wait before the next turn, for the one who is to take it; nothing where somebody waits for it already.
    pub fn claim(&mut self, now: Timestamp) -> Option<Duration> {
        if self.due.is_some_and(|due| now < due.plus(PATIENCE)) {
            return None;
        }
        let due = self.last.map_or(now, |last| last.plus(self.every).max(now));
        self.due = Some(due);
        Some(due.since(now))
    }

    /// The turn is taken.
    pub fn taken(&mut self, now: Timestamp) {
        self.due = None;
        self.last = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_772_323_200_000);
    const EVERY: Duration = Duration::from_secs(5);

    #[test]
    fn first_turn_is_at_once_and_the_next_one_waits() {
        let mut turns = Turns::new(EVERY);
        assert_eq!(turns.claim(NOW), Some(Duration::ZERO));
        turns.taken(NOW);
        let waits: Vec<_> =
            (0..4_000).filter_map(|millis| turns.claim(NOW.plus(Duration::from_millis(millis)))).collect();
        assert_eq!(waits, [EVERY], "one of 4,000 waits for the next turn");
        let quiet = NOW.plus(Duration::from_mins(1));
        turns.taken(NOW.plus(EVERY));
        assert_eq!(turns.claim(quiet), Some(Duration::ZERO));
    }

    #[test]
    fn turn_that_nobody_took_is_given_away() {
        let mut turns = Turns::new(EVERY);
        assert!(turns.claim(NOW).is_some());
        assert_eq!(turns.claim(NOW.plus(Duration::from_secs(29))), None);
        assert_eq!(turns.claim(NOW.plus(PATIENCE)), Some(Duration::ZERO));
    }
}
