//! `POST /delete-account`: one's own account, with its sessions, roles and API tokens. The last active `SUPER_ADMIN` stays.

use std::sync::Arc;

use api::DeleteAccountRequest;
use http::header::SET_COOKIE;
use http_kit::{Doc, Outcome, Problem, Request, clear_session_cookie};
use serde_json::json;
use store::audit::Action;
use store::{guard, users};

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::routes::accounts::confirm_password;
use crate::routes::no_content;
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;
use crate::services::{recent_sign_in, throttle};

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Delete one's own account").takes::<DeleteAccountRequest>();
    doc.gives_nothing(204).fails(&[403, 409, 429])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { session, caller }: SignedIn,
) -> Outcome {
    let body: DeleteAccountRequest = request.json()?;
    let user = caller.user_id();
    let account = users::password(user).first(&app.db).await.map_err(|error| store_problem(&error))?;
    let account = account.ok_or_else(Problem::unauthenticated)?;
    let guess = if let Some(stored) = &account.password_hash {
        let missing = || Problem::invalid_field("password", "`password` is missing");
        let password = body.password.as_ref().ok_or_else(missing)?;
        Some(confirm_password(&app, &request, &caller, password, Some(stored), "password").await?)
    } else {
        recent_sign_in::require_at_provider(&app, &session).await?;
        None
    };

    let mut change = Change::own(&app, &request, &caller);
    // A password that was changed meanwhile has raised the version: the one that was compared is no longer it.
    change.push(guard::user_at_version(user, caller.account.authz_version));
    if let Some(clear) = guess.and_then(|guess| guess.succeeded()) {
        change.push(clear);
    }
    change.push(throttle::clear(&account.email));
    change.sessions_end(user);
    change.push(users::delete(user));
    let event = Event::new(
        Action::UserDeleted,
        user,
        json!({ "before": { "email": account.email, "status": "active" } }),
    );
    change.commit(event).await?;
    let mut response = no_content()?;
    response.headers_mut().insert(SET_COOKIE, clear_session_cookie());
    Ok(response)
}
