//! `POST /forgot-password-new-password`: a new password by the token of a mail. It ends every session of the account,
//! shows that the address is its owner's, and accepts an invitation.

use std::sync::Arc;

use api::ResetPasswordRequest;
use http_kit::{Doc, Outcome, Problem, Request};
use serde_json::json;
use store::audit::Action;
use store::one_time_tokens::{self, Purpose};
use store::{guard, sessions, users};

use crate::app::{App, Platform};
use crate::routes::no_content;
use crate::services::audit::Actor;
use crate::services::change::{Change, Event};
use crate::services::mail::Template;
use crate::services::one_time_tokens::find;
use crate::services::passwords;
use crate::services::super_admin::appoint_if_named;
use crate::services::throttle;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Set a password by the token of a mail")
        .takes::<ResetPasswordRequest>()
        .gives_nothing(204)
        .fails(&[429])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    throttle::by_address(&app, &request).await?;
    let body: ResetPasswordRequest = request.json()?;
    // Before the costly part: hashing is for those who have a token.
    let (hash, token) = find(&app, &body.token, &[Purpose::ResetPassword, Purpose::Invite]).await?;
    body.password
        .check_against(&token.email)
        .map_err(|error| Problem::invalid_field("password", error.to_string()))?;
    let new = passwords::hash(&app, &body.password).await?;

    let user = token.user_id;
    let mut change = Change::by_account(&app, &request, Actor { user, tenant: token.tenant_id });
    change.push(guard::token_usable(&hash, change.now()));
    change.push(one_time_tokens::delete_by_user(user));
    change.push(users::reset_password(user, &new, change.now()));
    change.sessions_end(user);
    change.push(sessions::delete_by_user(user));
    change.user_changed(user);
    change.push(throttle::clear(&token.email));
    appoint_if_named(&app, &mut change, user, &token.email).await?;
    let invitation = token.purpose == Purpose::Invite;
    if !invitation {
        change.mail_user(user, Template::PasswordChanged);
    }
    let action = if invitation { Action::UserActivated } else { Action::UserPasswordReset };
    let event = Event::new(action, user, json!({ "email": token.email, "emailWasVerified": token.verified }));
    change.commit(event).await?;
    no_content()
}
