//! `POST /change-password`: another password for whoever knows the present one. Every session of the account ends, and
//! this browser gets a new one.

use std::sync::Arc;

use api::ChangePasswordRequest;
use http::header::SET_COOKIE;
use http_kit::{Doc, Outcome, Problem, Request};
use serde_json::json;
use store::audit::Action;
use store::{guard, one_time_tokens, sessions, users};

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::routes::accounts::confirm_password;
use crate::routes::no_content;
use crate::services::change::{Change, Event};
use crate::services::mail::Template;
use crate::services::passwords;
use crate::services::problems::store_problem;
use crate::services::sessions::start;
use crate::services::throttle;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Change one's own password").takes::<ChangePasswordRequest>();
    doc.gives_nothing(204).fails(&[403, 409, 429])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { caller, .. }: SignedIn,
) -> Outcome {
    let body: ChangePasswordRequest = request.json()?;
    let user = caller.user_id();
    let present = users::password(user).first(&app.db).await.map_err(|error| store_problem(&error))?;
    let present = present.ok_or_else(Problem::unauthenticated)?;
    body.new_password
        .check_against(&present.email)
        .map_err(|error| Problem::invalid_field("newPassword", error.to_string()))?;
    let stored = present.password_hash.as_deref();
    let guess =
        confirm_password(&app, &request, &caller, &body.current_password, stored, "currentPassword").await?;
    let hash = passwords::hash_as_well(&app, body.new_password.as_password()).await?;

    let mut change = Change::own(&app, &request, &caller);
    let now = change.now();
    // A password that was changed or reset meanwhile has raised the version: the one that was compared is no longer it.
    change.push(guard::user_at_version(user, caller.account.authz_version));
    if let Some(clear) = guess.succeeded() {
        change.push(clear);
    }
    change.push(throttle::clear(&present.email));
    change.sessions_end(user);
    change.push(sessions::delete_by_user(user));
    change.push(users::change_password(user, &hash, now));
    // A link that was mailed for the old password is not a way around the new one.
    change.push(one_time_tokens::delete_by_user(user));
    change.mail_user(user, Template::PasswordChanged);
    let session = start(&app, &request, &mut change, user);
    let event = Event::new(Action::UserPasswordChanged, user, json!({ "newSession": session.id }));
    let rows = change.try_commit(event).await.map_err(|error| store_problem(&error))?;
    let (_, cookie) = session.finish(&app, &request, rows)?;
    let mut response = no_content()?;
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}
