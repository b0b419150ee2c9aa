//! Whoever finds a session open must not change what opens the account, nor sign its owner out elsewhere: that takes somebody
//! who has just shown once more that they are the owner, by signing in.
//!
//! A new sign-in is a new session with a new token, so what counts is when the session at hand began; where it began at an
//! identity provider, when credentials were entered there, since a provider that knows the browser asks for none.

use std::time::Duration;

use accounts::{Timestamp, UserId};
use http::StatusCode;
use http_kit::Problem;
use store::sessions::Session;

use crate::app::{App, Platform};
use crate::caller::{Caller, SignedIn};
use crate::services::oidc::{Origin, origin};

/// How long ago a sign-in may be to count as one that was made for what follows.
const RECENTLY: Duration = Duration::from_mins(10);

/// Refuses a session whose owner has not signed in just now.
pub(crate) async fn require<P: Platform>(app: &App<P>, session: &Session) -> Result<(), Problem> {
    let shown_at = match origin(app, session).await? {
        Origin::Here => Some(session.created_at),
        Origin::Provider { credentials_entered_at } => credentials_entered_at,
    };
    refuse_unless_recent(app, shown_at)
}

/// Refuses a session that stands in for a password that the account does not have, unless credentials were entered for it at a
/// provider just now.
pub(crate) async fn require_at_provider<P: Platform>(app: &App<P>, session: &Session) -> Result<(), Problem> {
    let shown_at = match origin(app, session).await? {
        Origin::Here => None,
        Origin::Provider { credentials_entered_at } => credentials_entered_at,
    };
    refuse_unless_recent(app, shown_at)
}

/// Refuses somebody who manages accounts where the account is their own, unless they have signed in just now; an API token never
/// has.
pub(crate) async fn require_of_own<P: Platform>(
    app: &App<P>,
    caller: &Caller,
    account: UserId,
) -> Result<(), Problem> {
    if caller.user_id() != account {
        return Ok(());
    }
    require(app, &SignedIn::of(caller.clone())?.session).await
}

fn refuse_unless_recent<P: Platform>(app: &App<P>, shown_at: Option<Timestamp>) -> Result<(), Problem> {
    if shown_at.is_some_and(|at| app.runtime.now().since(at) <= RECENTLY) {
        return Ok(());
    }
    let detail = "sign in once more, with the password or by entering your credentials at your identity provider, and try \
                  again within 10 minutes";
    Err(Problem::new(StatusCode::FORBIDDEN, "recent_sign_in_required", detail))
}
