//! Registration, sign-in, sign-out, who is signed in, and what comes by mail.

use std::sync::Arc;

use accounts::GuessSubject;
use accounts::password::{Password, Verified};
use api::MailRequest;
use http::{Response, StatusCode};
use http_kit::{Body, Outcome, Problem, Request};

use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::change::Change;
use crate::services::mail::Template;
use crate::services::passwords;
use crate::services::throttle::{self, Guess};

pub(super) mod change_password;
pub(super) mod delete_account;
pub(super) mod forgot_password;
pub(super) mod forgot_password_new_password;
pub(super) mod forgot_password_validate;
pub(super) mod load_user;
pub(super) mod login;
pub(super) mod logout;
pub(super) mod register;
pub(super) mod resend_verification;
pub(super) mod verify_email;

/// Takes an address and says nothing about it: status, body and work are the same for every address.
async fn ask_for_mail<P: Platform>(app: &Arc<App<P>>, request: &Request, template: Template) -> Outcome {
    throttle::by_address(app, request).await?;
    let body: MailRequest = request.json()?;
    if app.config.mail.is_none() {
        return Err(Problem::new(
            StatusCode::NOT_IMPLEMENTED,
            "mail_not_configured",
            "no mail can be sent from here; ask an administrator",
        ));
    }
    let mut change = Change::by_nobody(app, request);
    change.mail_address(&body.username, template);
    change.commit_without_event().await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}

/// Whoever is signed in shows to know the password as well: whoever has only found a session open must not get to know it
/// by guessing. `field` is where the request has it; the guess that is given back was right.
async fn confirm_password<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    caller: &Caller,
    password: &Password,
    stored: Option<&str>,
    field: &str,
) -> Result<Guess, Problem> {
    let before = app.hash_queue.glance();
    let guess = Guess::at(app, GuessSubject::signed_in(caller.user_id())).await?;
    if passwords::verify(app, password, stored, before).await? == Verified::Wrong {
        let account = Some((caller.user_id(), caller.account.tenant_id));
        guess.failed(app, request, account).await?;
        let problem = Problem::new(StatusCode::FORBIDDEN, "wrong_password", "the current password is wrong");
        return Err(problem.with("field", field));
    }
    Ok(guess)
}
