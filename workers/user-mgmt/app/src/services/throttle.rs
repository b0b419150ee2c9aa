//! How often somebody may try: by client address, and by the account whose password is guessed.
//!
//! By address, the platform counts. By account, failures are counted in the database, and from the fifth on each is
//! followed by a delay that doubles up to a quarter of an hour; an attempt before its end is answered 429 without a look
//! at the password, so that guessing faster gains nothing. A right password after the delay signs in and clears the count,
//! and what is not repeated is forgotten. Subjects are digests of addresses, counted alike whether there is an account.
//!
//! A browser that has signed in to the account before is known by a cookie, and its guesses are counted apart, so that a
//! stranger's hold up nobody who comes by a device of theirs (`docs/adr/0005`).
//!
//! Nobody is locked out for good: the delay never exceeds a quarter of an hour, however long a stranger guesses; sessions
//! that there are go on, and may change the password; and a new password clears the count ([`clear`]), so that an owner
//! whom a stranger keeps waiting gets in by way of their mail.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use accounts::{DeviceToken, Email, GuessDelay, GuessSubject, TenantId, Timestamp, UserId};
use http_kit::{DEVICE_LIFE, Level, Problem, RateLimit, Request};
use serde_json::json;
use store::Statement;
use store::sign_in_failures::{self, Failures};

use crate::app::{App, Platform};
use crate::services::audit::{Refusal, sign_in_failed};
use crate::services::problems::store_problem;

const DELAY: GuessDelay = GuessDelay::DEFAULT;
/// The period of the limit by address, in `wrangler/user-mgmt.jsonc`.
const PERIOD: Duration = Duration::from_mins(1);

/// Refuses a client whose address has sent too many requests of this kind: those that check a password, take an e-mail
/// address or a one-time token. Comes once the body was read and before anything is looked up.
///
/// A request without a client address comes from another worker, which answers for it. A limiter that fails stops
/// nobody: the delay by account still holds.
pub(crate) async fn by_address<P: Platform>(app: &App<P>, request: &Request) -> Result<(), Problem> {
    let Some(address) = &request.context.client_address else { return Ok(()) };
    match app.sign_in_limiter.admit(&network(address)).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Problem::too_many_requests(PERIOD)),
        Err(error) => {
            let fields = json!({ "cause": error.to_string() });
            request.context.log(Level::Warn, "the rate limiter does not answer", fields);
            Ok(())
        }
    }
}

/// A guess at the password of an account that may not exist.
pub(crate) struct Guess {
    subject: GuessSubject,
    failed_before: bool,
    by_known_device: bool,
}

impl Guess {
    /// Looks up whether a guess at this password is due; 429 where it is not.
    pub(crate) async fn at<P: Platform>(app: &App<P>, subject: GuessSubject) -> Result<Self, Problem> {
        let found = Self::lookup(&subject).first(&app.db).await.map_err(|error| store_problem(&error))?;
        Self::decided(subject, found, app.runtime.now())
    }

    /// The look-up of [`Guess::at`], for a batch with others.
    pub(crate) fn lookup(subject: &GuessSubject) -> store::Query<Failures> {
        sign_in_failures::by_subject(subject)
    }

    /// Decides by what the look-up found.
    pub(crate) fn decided(
        subject: GuessSubject,
        found: Option<Failures>,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let left = found.map_or(Duration::ZERO, |found| DELAY.left(found.failures, found.failed_at, now));
        if left > Duration::ZERO {
            return Err(Problem::too_many_requests(left));
        }
        Ok(Self { subject, failed_before: found.is_some(), by_known_device: false })
    }

    /// The same for a device that has signed in to the account before: what others have guessed holds it up not at all.
    pub(crate) fn of_device(subject: GuessSubject, known: Failures, now: Timestamp) -> Result<Self, Problem> {
        // Its count is set anew, rather than deleted, when it signs in.
        Ok(Self { failed_before: false, by_known_device: true, ..Self::decided(subject, Some(known), now)? })
    }

    /// Whether it was made by a device that has signed in to the account before.
    pub(crate) fn by_known_device(&self) -> bool {
        self.by_known_device
    }

    /// It was wrong: the password of this account, or of none.
    pub(crate) async fn failed<P: Platform>(
        &self,
        app: &Arc<App<P>>,
        request: &Request,
        account: Option<(UserId, TenantId)>,
    ) -> Result<(), Problem> {
        let refusal = if account.is_some() { Refusal::WrongPassword } else { Refusal::UnknownAccount };
        sign_in_failed(app, request, account, refusal);
        let record = sign_in_failures::record(&self.subject, &DELAY, app.runtime.now());
        record.run(&app.db).await.map_err(|error| store_problem(&error))
    }

    /// It was right: what clears the count, where there is something to clear.
    pub(crate) fn succeeded(&self) -> Option<Statement> {
        self.failed_before.then(|| sign_in_failures::delete(&self.subject))
    }
}

/// Knows a device that has signed in: part of every sign-in by password.
pub(crate) fn remember(email: &Email, device: &DeviceToken, now: Timestamp) -> Statement {
    sign_in_failures::remember(&GuessSubject::device(email, device), now.plus(DEVICE_LIFE))
}

/// Forgets the guesses at a password that is no longer the one: part of every change that sets a new one.
pub fn clear(email: &Email) -> Statement {
    sign_in_failures::delete(&GuessSubject::account(email))
}

/// Subjects whose last failure is older are as good as those without any.
pub(crate) fn counted_since(now: Timestamp) -> Timestamp {
    now.minus(DELAY.forget.saturating_mul(DELAY.most()))
}

/// What counts as one client: an IPv4 address, or the /64 of an IPv6 address, which a single customer has whole.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_customer_are_one_network() {
        for (address, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("somewhere", "somewhere"),
        ] {
            assert_eq!(network(address), expected);
        }
    }
}
