use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Datelike, SecondsFormat};
use serde::{Deserialize, Serialize};

/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z, as the database and the session records keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The time so many milliseconds after the start of 1970, UTC.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the start of 1970, UTC.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This time plus `duration`, at the end of time rather than past it.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This time less `duration`, at the start of time rather than before it.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The start of the span of this length, counted from 1970 in UTC, that this time lies in: of its day, of its minute.
    #[must_use]
    pub fn floor(self, span: Duration) -> Self {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX).max(1);
        Self(self.0.saturating_sub(self.0.rem_euclid(span)))
    }

    /// How long ago `earlier` was; zero where it lies ahead, as after a clock has stepped back.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// RFC 3339 in UTC with milliseconds: `2026-01-31T09:30:00.000Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_timestamp_millis(self.0) {
            Some(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true)),
            None => write!(f, "{} ms", self.0),
        }
    }
}

/// Why a text is not a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a time as in RFC 3339, such as 2026-01-31T09:30:00Z")]
pub struct ParseTimestampError;

/// RFC 3339, in any time zone; what is finer than a millisecond is dropped.
impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| ParseTimestampError)?.to_utc();
        // A zone can lead out of the years that RFC 3339 can write.
        if (0..=9_999).contains(&time.year()) {
            Ok(Self(time.timestamp_millis()))
        } else {
            Err(ParseTimestampError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_rfc_3339_in_utc() {
        assert_eq!(Timestamp::from_millis(1_769_851_800_007).to_string(), "2026-01-31T09:30:00.007Z");
    }

    #[test]
    fn a_time_in_any_zone_is_read() {
        let time = Timestamp::from_millis(1_769_851_800_007);
        for text in ["2026-01-31T09:30:00.007Z", "2026-01-31T10:30:00.0079+01:00", "2026-01-31t09:30:00.007z"]
        {
            assert_eq!(text.parse(), Ok(time), "{text}");
        }
        for text in [
            "",
            "2026-01-31",
            "2026-01-31T09:30:00",
            "1769851800",
            "2026-02-30T00:00:00Z",
            "+",
            "0000-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(ParseTimestampError), "{text}");
        }
    }

    #[test]
    fn since_of_a_later_time_is_zero() {
        assert_eq!(Timestamp::from_millis(1).since(Timestamp::from_millis(5)), Duration::ZERO);
    }

    #[test]
    fn floor_is_the_start_of_the_day() {
        let day = Duration::from_hours(24);
        for (time, start) in [
            (1_769_851_800_007, "2026-01-31T00:00:00.000Z"),
            (1_769_817_600_000, "2026-01-31T00:00:00.000Z"),
            (1_769_817_599_999, "2026-01-30T00:00:00.000Z"),
            (-1, "1969-12-31T00:00:00.000Z"),
        ] {
            assert_eq!(Timestamp::from_millis(time).floor(day).to_string(), start);
        }
    }

    #[test]
    fn plus_saturates_at_the_end_of_time() {
        assert_eq!(Timestamp::from_millis(i64::MAX).plus(Duration::MAX), Timestamp::from_millis(i64::MAX));
    }
}
