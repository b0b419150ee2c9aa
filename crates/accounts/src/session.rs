use std::time::Duration;

use crate::Timestamp;

/// How long a session lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// A session that nobody has used for so long is over.
    pub idle: Duration,
    /// A session is over so long after the sign-in, used or not.
    pub absolute: Duration,
}

impl SessionLimits {
    /// When a session that starts now ends at the latest.
    pub fn expiry(&self, now: Timestamp) -> Timestamp {
        now.plus(self.absolute)
    }

    /// The earliest last use that still counts as in use now.
    pub fn idle_since(&self, now: Timestamp) -> Timestamp {
        now.minus(self.idle)
    }

    /// Whether a use now is worth writing down. Once in a twelfth of the idle limit is: a session may end that much
    /// early, and a busy one costs next to no writes.
    pub fn is_due_for_touch(&self, last_seen: Timestamp, now: Timestamp) -> bool {
        now.since(last_seen) >= self.idle / 12
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: SessionLimits =
        SessionLimits { idle: Duration::from_mins(20), absolute: Duration::from_hours(24) };

    #[test]
    fn a_touch_is_due_after_a_twelfth_of_the_idle_limit() {
        let seen = Timestamp::from_millis(1_000_000);
        assert!(!LIMITS.is_due_for_touch(seen, seen.plus(Duration::from_secs(99))));
        assert!(LIMITS.is_due_for_touch(seen, seen.plus(Duration::from_secs(100))));
    }

    #[test]
    fn a_clock_that_stepped_back_touches_nothing() {
        assert!(!LIMITS.is_due_for_touch(Timestamp::from_millis(9_000_000), Timestamp::from_millis(1)));
    }

    #[test]
    fn limits_count_from_now() {
        let now = Timestamp::from_millis(2_000_000);
        assert_eq!(LIMITS.expiry(now).as_millis(), 2_000_000 + 86_400_000);
        assert_eq!(LIMITS.idle_since(now).as_millis(), 2_000_000 - 1_200_000);
    }
}
