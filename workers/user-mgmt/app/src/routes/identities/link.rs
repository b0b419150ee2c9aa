//! `POST /identities`: begins to link an identity to one's own account. It takes a form of this site's own or a program, so
//! that no page of another can have a browser link an identity of somebody else's choice, and a sign-in just now.

use std::sync::Arc;

use api::{LinkIdentityRequest, LinkIdentityResponse};
use http::StatusCode;
use http::header::SET_COOKIE;
use http_kit::{Doc, LocalPath, Outcome, Problem, Request, json};
use oidc::Prompt;

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::services::oidc::{begin, settings};
use crate::services::recent_sign_in;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Link an identity at an identity provider to one's own account")
        .takes::<LinkIdentityRequest>()
        .gives::<LinkIdentityResponse>(200)
        .fails(&[403, 404, 502, 503])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { session, caller }: SignedIn,
) -> Outcome {
    let body: LinkIdentityRequest = request.json()?;
    recent_sign_in::require(&app, &session).await?;
    let unknown = || Problem::invalid_field("provider", "`provider`: there is no such identity provider");
    let provider = settings(&app)?.by_id(&body.provider).ok_or_else(unknown)?;
    let elsewhere = || Problem::invalid_field("next", "`next`: must be a path of this site such as /profile");
    let next = match body.next {
        Some(next) => LocalPath::parse(&next).ok_or_else(elsewhere)?,
        None => LocalPath::profile(),
    };
    let (url, cookie) = begin(&app, provider, &next, Some(caller.user_id()), Prompt::IfNeeded).await?;
    let mut response = json(StatusCode::OK, &LinkIdentityResponse { url })?;
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}
