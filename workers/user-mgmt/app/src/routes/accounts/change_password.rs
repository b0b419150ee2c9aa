//! `POST /change-password`: another password for whoever knows the present one. Every session of the account ends, and
//! this browser gets a new one.

use std::sync::Arc;

use accounts::password::{self, Verified};
use api::ChangePasswordRequest;
use http::StatusCode;
use http::header::SET_COOKIE;
use http_kit::{Doc, Outcome, Problem, Request};
use serde_json::json;
use store::{guard, sessions, users};

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::routes::no_content;
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;
use crate::services::sessions::start;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Change one's own password").takes::<ChangePasswordRequest>();
    doc.gives_nothing(204).fails(&[403, 409])
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
    let settings = app.config.password_hash;
    // An account without a password has none that could be right.
    let Some(stored) = present.password_hash else { return Err(wrong_password()) };
    if password::verify(&body.current_password, &stored, settings).map_err(Problem::internal)?
        == Verified::Wrong
    {
        return Err(wrong_password());
    }
    let hash = password::hash(body.new_password.as_password(), settings, &*app.runtime);
    let hash = hash.map_err(Problem::internal)?;

    let mut change = Change::own(&app, &request, &caller);
    let now = change.now();
    // A password that was changed or reset meanwhile has raised the version: the one that was compared is no longer it.
    change.push(guard::user_at_version(user, caller.account.authz_version));
    change.sessions_end(user);
    change.push(sessions::delete_by_user(user));
    change.push(users::change_password(user, &hash, now));
    let session = start(&app, &request, &mut change, user);
    let event = Event {
        action: "user.password_changed",
        target_type: "user",
        target_id: user.to_string(),
        details: json!({ "newSession": session.id }),
    };
    let rows = change.try_commit(event).await.map_err(|error| store_problem(&error))?;
    let (_, cookie) = session.finish(&app, &request, rows, now)?;
    let mut response = no_content()?;
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

fn wrong_password() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "wrong_password", "the current password is wrong")
        .with("field", "currentPassword")
}
