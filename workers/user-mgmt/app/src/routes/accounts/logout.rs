//! `POST /logout`: the session of the cookie is over. Without one, it is over already.

use std::sync::Arc;

use api::LogoutResponse;
use http::StatusCode;
use http::header::SET_COOKIE;
use http_kit::{Doc, Outcome, Problem, Request, clear_session_cookie, json as json_of};
use serde_json::json;
use store::audit::Action;
use store::sessions;

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::gate::resolve;
use crate::routes::no_content;
use crate::services::change::{Change, Event};
use crate::services::oidc::provider_logout_url;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Sign out").gives_nothing(204).gives::<LogoutResponse>(200).fails(&[400])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    let mut url = None;
    match resolve(&app, &request).await.and_then(SignedIn::of) {
        Ok(SignedIn { session, caller }) => {
            let session = session.id;
            url = provider_logout_url(&app, session).await;
            let mut change = Change::own(&app, &request, &caller);
            change.session_ends(session);
            change.push(sessions::delete(session));
            let event = Event::new(Action::SessionEnded, session, json!({ "reason": "signed_out" }));
            change.commit(event).await?;
        }
        Err(problem) if problem.code() == Problem::unauthenticated().code() => {}
        Err(problem) => return Err(problem),
    }
    let mut response = match url {
        Some(provider_logout_url) => json_of(StatusCode::OK, &LogoutResponse { provider_logout_url })?,
        None => no_content()?,
    };
    response.headers_mut().insert(SET_COOKIE, clear_session_cookie());
    Ok(response)
}
