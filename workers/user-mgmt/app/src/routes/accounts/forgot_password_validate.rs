//! `POST /forgot-password-validate`: whether a token can set a password, and whose; it stays usable.

use std::sync::Arc;

use api::{OneTimeTokenRequest, PasswordToken};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use store::one_time_tokens::Purpose;

use crate::app::{App, Platform};
use crate::services::one_time_tokens::find;
use crate::services::throttle;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Ask whether the token of a mail can set a password")
        .takes::<OneTimeTokenRequest>()
        .gives::<PasswordToken>(200)
        .fails(&[429])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    throttle::by_address(&app, &request).await?;
    let body: OneTimeTokenRequest = request.json()?;
    let (_, token) = find(&app, &body.token, &[Purpose::ResetPassword, Purpose::Invite]).await?;
    let invitation = token.purpose == Purpose::Invite;
    json(StatusCode::OK, &PasswordToken { username: token.email, invitation })
}
