//! Failed sign-ins, by whose password was guessed.

use accounts::{GuessDelay, GuessSubject, Timestamp};
use serde::Deserialize;

use crate::statement::statement;
use crate::{Query, Statement};

/// What is known of the guesses at one password.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Failures {
    /// How many have failed, less those that are forgotten.
    pub failures: u32,
    /// When the last one did.
    pub failed_at: Timestamp,
}

/// What is known of a subject; nothing, where no guess has failed lately.
pub fn by_subject(subject: &GuessSubject) -> Query<Failures> {
    Query::new(statement!("sign_in_failures/by_subject", subject))
}

/// Counts one more failure. In one statement, so that guesses at the same moment are all counted.
pub fn record(subject: &GuessSubject, delay: &GuessDelay, now: Timestamp) -> Statement {
    let forget = i64::try_from(delay.forget.as_millis()).unwrap_or(i64::MAX).max(1);
    statement!("sign_in_failures/record", subject, now, forget, i64::from(delay.most()))
}

/// Knows a device, without failures, until then: its guesses are counted apart from everybody else's.
pub fn remember(device: &GuessSubject, until: Timestamp) -> Statement {
    statement!("sign_in_failures/remember", device, until)
}

/// Forgets the failures of a subject, who has shown to know the password.
pub fn delete(subject: &GuessSubject) -> Statement {
    statement!("sign_in_failures/delete", subject)
}

/// Forgets so many subjects at most whose last failure is older than `time`; gives a row for each.
pub fn sweep(time: Timestamp, rows: u32) -> Statement {
    statement!("sign_in_failures/sweep", time, i64::from(rows))
}
