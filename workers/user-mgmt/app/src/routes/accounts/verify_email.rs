//! `POST /verify-email`: whoever could read the mail has shown that the address is theirs.

use std::sync::Arc;

use api::{OneTimeTokenRequest, VerifiedEmail};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use serde_json::json as object;
use store::audit::Action;
use store::one_time_tokens::{self, Purpose};
use store::{guard, sessions, users};

use crate::app::{App, Platform};
use crate::services::audit::Actor;
use crate::services::change::{Change, Event};
use crate::services::one_time_tokens::find;
use crate::services::super_admin::appoint_if_named;
use crate::services::throttle;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Confirm an e-mail address by the token of a mail")
        .takes::<OneTimeTokenRequest>()
        .gives::<VerifiedEmail>(200)
        .fails(&[429])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    throttle::by_address(&app, &request).await?;
    let body: OneTimeTokenRequest = request.json()?;
    let (hash, token) = find(&app, &body.token, &[Purpose::VerifyEmail]).await?;
    let actor = Actor { user: token.user_id, tenant: token.tenant_id };
    let mut change = Change::by_account(&app, &request, actor);
    change.push(guard::token_usable(&hash, change.now()));
    change.push(one_time_tokens::delete(&hash));
    // Whoever is signed in may be a stranger who made the account with somebody else's address.
    change.sessions_end(token.user_id);
    change.push(sessions::delete_by_user(token.user_id));
    change.push(users::verify_email(token.user_id, change.now()));
    appoint_if_named(&app, &mut change, token.user_id, &token.email).await?;
    let event = Event::new(Action::UserEmailVerified, token.user_id, object!({ "email": token.email }));
    change.commit(event).await?;
    json(StatusCode::OK, &VerifiedEmail { username: token.email })
}
