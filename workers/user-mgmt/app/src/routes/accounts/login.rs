//! `POST /login`: a new session for whoever knows the password, in the place of the one that the browser had.

use std::sync::Arc;

use accounts::RoleId;
use accounts::password::{self, Verified};
use api::{LoadUser, LoginRequest};
use http::StatusCode;
use http::header::SET_COOKIE;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::catalogue;
use serde_json::json as object;
use store::user_roles;
use store::users::{self, Credentials};

use crate::app::{App, Platform};
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;
use crate::services::sessions::{end_presented, start};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Sign in").takes::<LoginRequest>().gives::<LoadUser>(200).fails(&[401])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    let body: LoginRequest = request.json()?;
    let found = users::credentials_by_email(&body.username).first(&app.db).await;
    let found = found.map_err(|error| store_problem(&error))?;
    let (user, new_hash) = verify(&app, &body, found)?;

    let mut change = Change::without_decision(&app, &request);
    change.set_actor(user.id, user.tenant_id);
    let now = change.now();
    if let Some((old, new)) = &new_hash {
        change.push(users::update_password_hash(user.id, old, new));
    }
    if is_future_super_admin(&app, &body, &user).await? {
        change.push(user_roles::insert_if_missing(user.id, RoleId::SUPER_ADMIN, now));
        change.user_changed(user.id);
        change.also(Event {
            action: "role.assigned",
            target_type: "user",
            target_id: user.id.to_string(),
            details: object!({ "role": catalogue::SUPER_ADMIN, "reason": "SUPER_ADMIN_EMAIL" }),
        });
    }
    end_presented(&mut change, &request);
    let session = start(&app, &request, &mut change, user.id);
    let event = Event {
        action: "session.created",
        target_type: "session",
        target_id: session.id.to_string(),
        details: object!({ "method": "password" }),
    };
    let rows = change.try_commit(event).await.map_err(|error| store_problem(&error))?;
    let (signed_in, cookie) = session.finish(&app, &request, rows, now)?;

    let mut response = json(StatusCode::OK, &signed_in.caller.load_user())?;
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

/// Compares the password, with the same work whether there is such an account or not. Gives the old and the new hash
/// where the settings have risen.
fn verify<P: Platform>(
    app: &App<P>,
    body: &LoginRequest,
    found: Option<Credentials>,
) -> Result<(Credentials, Option<(String, String)>), Problem> {
    let wrong = || {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "invalid_credentials",
            "the e-mail address or the password is wrong",
        )
    };
    let settings = app.config.password_hash;
    let stored = found.as_ref().and_then(|user| user.password_hash.clone());
    let (Some(user), Some(stored)) = (found, stored) else {
        password::verify_nobody(&body.password, settings).map_err(Problem::internal)?;
        return Err(wrong());
    };
    let new_hash = match password::verify(&body.password, &stored, settings).map_err(Problem::internal)? {
        Verified::Wrong => return Err(wrong()),
        Verified::Right { rehash: false } => None,
        Verified::Right { rehash: true } => {
            Some(password::hash(&body.password, settings, &*app.runtime).map_err(Problem::internal)?)
        }
    };
    // Whoever knows the password may know the rest.
    if !user.active {
        return Err(Problem::new(StatusCode::FORBIDDEN, "account_suspended", "this account is suspended"));
    }
    if app.config.email_verification && !user.verified {
        let detail = "confirm the e-mail address first: the link is in the mail that was sent to it";
        return Err(Problem::new(StatusCode::FORBIDDEN, "email_not_verified", detail));
    }
    Ok((user, new_hash.map(|new| (stored, new))))
}

/// Whether this account is the configured one, has shown that the address is its own, and lacks the role.
async fn is_future_super_admin<P: Platform>(
    app: &App<P>,
    body: &LoginRequest,
    user: &Credentials,
) -> Result<bool, Problem> {
    let named = app.config.super_admin_email.as_ref() == Some(&body.username);
    if !(named && user.verified && app.config.rbac_enabled) {
        return Ok(false);
    }
    let roles = user_roles::list(user.id).all(&app.db).await.map_err(|error| store_problem(&error))?;
    Ok(roles.iter().all(|role| role.id != RoleId::SUPER_ADMIN))
}
