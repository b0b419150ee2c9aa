//! `POST /login`: a new session for whoever knows the password, in the place of the one that the browser had.

use std::sync::Arc;

use accounts::password::Verified;
use accounts::{DeviceToken, Email, GuessSubject};
use api::{LoadUser, LoginRequest};
use http::StatusCode;
use http::header::SET_COOKIE;
use http_kit::{Doc, Outcome, Problem, Request, device_cookie, json, set_device_cookie};
use serde_json::json as object;
use store::audit::Action;
use store::sign_in_failures::Failures;
use store::users::{self, Credentials};
use store::{Db, decode};

use crate::app::{App, Platform};
use crate::services::audit::{Actor, Refusal, sign_in_failed};
use crate::services::change::{Change, Event};
use crate::services::hash_queue::Glance;
use crate::services::passwords;
use crate::services::problems::store_problem;
use crate::services::sessions::{end_presented, start};
use crate::services::super_admin::appoint_if_named;
use crate::services::throttle::{self, Guess};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Sign in").takes::<LoginRequest>().gives::<LoadUser>(200).fails(&[401, 429])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    let body: LoginRequest = request.json()?;
    throttle::by_address(&app, &request).await?;
    let device = device_cookie(&request.headers);
    let before = app.hash_queue.glance();
    let (guess, found) = look_up(&app, &body.username, device.as_ref()).await?;
    let (user, new_hash) = verify(&app, &request, &body, &guess, found, before).await?;

    let actor = Actor { user: user.id, tenant: user.tenant_id };
    let mut change = Change::by_account(&app, &request, actor);
    let now = change.now();
    if let Some(clear) = guess.succeeded() {
        change.push(clear);
    }
    if let Some((old, new)) = &new_hash {
        change.push(users::update_password_hash(user.id, old, new));
    }
    if user.verified {
        appoint_if_named(&app, &mut change, user.id, &body.username).await?;
    }
    // A token that was not known here may be one that somebody else put there.
    let device =
        device.filter(|_| guess.by_known_device()).unwrap_or_else(|| DeviceToken::generate(&*app.runtime));
    change.push(throttle::remember(&body.username, &device, now));
    end_presented(&mut change, &request);
    let session = start(&app, &request, &mut change, user.id);
    let event = Event::new(Action::SessionCreated, session.id, object!({ "method": "password" }));
    let rows = change.try_commit(event).await.map_err(|error| store_problem(&error))?;
    let (signed_in, cookie) = session.finish(&app, &request, rows)?;

    let mut response = json(StatusCode::OK, &signed_in.caller.load_user())?;
    response.headers_mut().insert(SET_COOKIE, cookie);
    response.headers_mut().append(SET_COOKIE, set_device_cookie(&device));
    Ok(response)
}

/// What is known of the account and of guesses at its password, in one round trip. A device that is known has a count of
/// its own; whether it is one shows only in what is found, not in what is asked.
async fn look_up<P: Platform>(
    app: &App<P>,
    email: &Email,
    device: Option<&DeviceToken>,
) -> Result<(Guess, Option<Credentials>), Problem> {
    let account = GuessSubject::account(email);
    let mut statements =
        vec![Guess::lookup(&account).into_statement(), users::credentials_by_email(email).into_statement()];
    let device = device.map(|token| GuessSubject::device(email, token));
    statements.extend(device.iter().map(|subject| Guess::lookup(subject).into_statement()));
    let rows = app.db.batch(statements).await.map_err(|error| store_problem(&error))?;
    let mut rows = rows.into_iter();
    let mut next = || rows.next().unwrap_or_default();
    let failures = |rows| -> Result<Option<Failures>, Problem> {
        let rows = decode("sign_in_failures/by_subject", rows).map_err(|error| store_problem(&error))?;
        Ok(rows.into_iter().next())
    };
    let of_account = failures(next())?;
    let found = decode("users/credentials_by_email", next()).map_err(|error| store_problem(&error))?;
    let of_device = failures(next())?;
    let now = app.runtime.now();
    let guess = match (device, of_device) {
        (Some(subject), Some(known)) => Guess::of_device(subject, known, now)?,
        _ => Guess::decided(account, of_account, now)?,
    };
    Ok((guess, found.into_iter().next()))
}

/// Compares the password, with the same work whether there is such an account or not. Gives the old and the new hash
/// where it is to be replaced.
async fn verify<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    body: &LoginRequest,
    guess: &Guess,
    found: Option<Credentials>,
    before: Glance,
) -> Result<(Credentials, Option<(String, String)>), Problem> {
    let stored = found.as_ref().and_then(|user| user.password_hash.clone());
    let verified = passwords::verify(app, &body.password, stored.as_deref(), before).await?;
    let account = found.as_ref().map(|user| (user.id, user.tenant_id));
    let (Some(user), Some(stored), Verified::Right { rehash }) = (found, stored, verified) else {
        guess.failed(app, request, account).await?;
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "invalid_credentials",
            "the e-mail address or the password is wrong",
        ));
    };
    let new_hash = if rehash { Some(passwords::hash_as_well(app, &body.password).await?) } else { None };
    // Whoever knows the password may know the rest.
    if !user.active {
        sign_in_failed(app, request, account, Refusal::Suspended);
        return Err(Problem::new(StatusCode::FORBIDDEN, "account_suspended", "this account is suspended"));
    }
    if app.config.email_verification && !user.verified {
        sign_in_failed(app, request, account, Refusal::NotVerified);
        let detail = "confirm the e-mail address first: the link is in the mail that was sent to it";
        return Err(Problem::new(StatusCode::FORBIDDEN, "email_not_verified", detail));
    }
    Ok((user, new_hash.map(|new| (stored, new))))
}
