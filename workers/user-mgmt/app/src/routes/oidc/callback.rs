//! `GET /oidc/callback`: back from a provider. A new session for whoever signed in there, in the place of the one that the
//! browser had; or an identity for the account of whoever is signed in here.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Request};

use super::shown;
use crate::app::{App, Platform};
use crate::services::oidc::{Answered, answer};
use crate::services::throttle;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Come back from an identity provider")
        .query("code", "what the provider confirms the sign-in by")
        .query("state", "what the sign-in began with")
        .query("iss", "the provider (RFC 9207)")
        .query("error", "why there is no code")
        .gives_nothing(303)
        .fails(&[400, 403, 404, 409, 429, 502, 503])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    let Answered { linking, outcome } = match throttle::by_address(&app, &request).await {
        Ok(()) => answer(&app, &request).await,
        Err(problem) => Answered { linking: false, outcome: Err(problem) },
    };
    shown(&request, outcome, if linking { "/profile" } else { "/sign-in" })
}
