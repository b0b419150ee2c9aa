//! `POST /logout`: the session of the cookie is over. Without one, it is over already.

use std::sync::Arc;

use http::header::SET_COOKIE;
use http_kit::{Doc, Outcome, Problem, Request, clear_session_cookie};
use serde_json::json;
use store::audit::Action;
use store::sessions;

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::gate::resolve;
use crate::routes::no_content;
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Sign out").gives_nothing(204).fails(&[400])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    match resolve(&app, &request).await.and_then(SignedIn::of) {
        Ok(SignedIn { session, caller }) => {
            let session = session.id;
            let mut change = Change::own(&app, &request, &caller);
            change.session_ends(session);
            change.push(sessions::delete(session));
            let event = Event::new(Action::SessionEnded, session, json!({ "reason": "signed_out" }));
            change.commit(event).await?;
        }
        Err(problem) if problem.code() == Problem::unauthenticated().code() => {}
        Err(problem) => return Err(problem),
    }
    let mut response = no_content()?;
    response.headers_mut().insert(SET_COOKIE, clear_session_cookie());
    Ok(response)
}
