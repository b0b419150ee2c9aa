use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::{DeviceToken, Email, Timestamp, UserId};

/// Whose password is being guessed: the SHA-256 of an e-mail address, whether there is such an account or not, or of the
/// id of somebody who is signed in.
///
/// A digest of one length, so that addresses which somebody made up or mistyped are not collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuessSubject(String);

impl GuessSubject {
    /// Whoever signs in with this address.
    pub fn account(email: &Email) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(email.as_str())))
    }

    /// Whoever signs in with this address by a browser that has done so before. Nobody else has a subject like it, since
    /// nobody else knows the token.
    pub fn device(email: &Email, device: &DeviceToken) -> Self {
        let text = format!("{} {}", device.hash(), email.as_str());
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(text)))
    }

    /// Whoever is signed in to this account and is asked for its password once more. Apart from sign-ins, so that a
    /// stranger's guesses don't keep its owner from changing it.
    pub fn signed_in(user: UserId) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(user.to_string())))
    }
}

impl std::fmt::Display for GuessSubject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How failed sign-ins hold up the next one: not at all at first, then twice as long each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuessDelay {
    /// The failure that is the first to be followed by a delay.
    pub from: u32,
    /// How long that delay is.
    pub first: Duration,
    /// No delay is longer.
    pub longest: Duration,
    /// One failure is forgotten for each of these that passes.
    pub forget: Duration,
}

impl GuessDelay {
    /// Five guesses are free, which covers honest mistakes; whoever keeps guessing for long gets 96 a day.
    pub const DEFAULT: Self = Self {
        from: 5,
        first: Duration::from_secs(1),
        longest: Duration::from_mins(15),
        forget: Duration::from_mins(15),
    };

    /// How long after its last failure a subject with so many has to wait.
    pub fn after(&self, failures: u32) -> Duration {
        let Some(doublings) = failures.checked_sub(self.from) else { return Duration::ZERO };
        1_u32
            .checked_shl(doublings)
            .and_then(|factor| self.first.checked_mul(factor))
            .map_or(self.longest, |delay| delay.min(self.longest))
    }

    /// How long a subject still has to wait now.
    pub fn left(&self, failures: u32, failed_at: Timestamp, now: Timestamp) -> Duration {
        // A failure in the future is the doing of a clock that was wrong; it must not hold anybody up for years.
        if failed_at > now.plus(self.longest) {
            return Duration::ZERO;
        }
        self.after(failures).saturating_sub(now.since(failed_at))
    }

    /// The most failures that are worth counting: more would not make the delay longer, only harder to forget.
    pub fn most(&self) -> u32 {
        let mut range = self.from..=self.from.saturating_add(u32::BITS);
        range.find(|failures| self.after(*failures) >= self.longest).unwrap_or(self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAY: GuessDelay = GuessDelay::DEFAULT;
    const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);

    #[test]
    fn after_doubles_from_the_fifth_failure_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<u64> = (0..18).map(|failures| DELAY.after(failures).as_secs()).collect();
        assert_eq!(seconds, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
        assert_eq!(DELAY.after(u32::MAX), DELAY.longest);
        assert_eq!(DELAY.most(), 15);
    }

    #[test]
    fn left_runs_down() {
        let ago = |millis: i64| Timestamp::from_millis(NOW.as_millis() - millis);
        assert_eq!(DELAY.left(6, NOW, NOW), Duration::from_secs(2));
        assert_eq!(DELAY.left(6, ago(1_999), NOW), Duration::from_millis(1));
        assert_eq!(DELAY.left(6, ago(2_000), NOW), Duration::ZERO);
        assert_eq!(DELAY.left(4, NOW, NOW), Duration::ZERO);
    }

    #[test]
    fn left_of_a_clock_that_was_wrong_is_never_more_than_the_longest_delay() {
        let ahead = |duration: Duration| NOW.plus(duration);
        assert_eq!(DELAY.left(15, ahead(Duration::from_mins(5)), NOW), DELAY.longest);
        assert_eq!(DELAY.left(15, ahead(Duration::from_hours(9_999)), NOW), Duration::ZERO);
    }

    #[test]
    fn a_subject_does_not_show_the_address() {
        let subject = GuessSubject::account(&Email::parse("Ada@example.com").unwrap()).to_string();
        // Python: base64.urlsafe_b64encode(hashlib.sha256(b"ada@example.com").digest())
        assert_eq!(subject, "tfyF5VdV-eDQMKEKtEKbaylEhV-aDWAHf-gyvsvEHXI");
    }
}
