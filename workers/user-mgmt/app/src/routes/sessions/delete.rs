//! `DELETE /sessions/:id`: one of one's own sessions is over, after a sign-in just now, or the one at hand. Those of others are
//! not found.

use std::sync::Arc;

use accounts::SessionId;
use http::header::SET_COOKIE;
use http_kit::{Doc, Outcome, Request, clear_session_cookie};
use serde_json::json;
use store::audit::Action;
use store::{guard, sessions};

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::routes::no_content;
use crate::services::change::{Change, Event};
use crate::services::recent_sign_in;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("End one of one's own sessions").gives_nothing(204).fails(&[403])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { session: current, caller }: SignedIn,
) -> Outcome {
    let id: SessionId = request.param("id")?;
    if id != current.id {
        recent_sign_in::require(&app, &current).await?;
    }
    let mut change = Change::own(&app, &request, &caller);
    change.push(guard::session_of_user_exists(id, caller.user_id()));
    change.session_ends(id);
    change.push(sessions::delete(id));
    let event = Event::new(Action::SessionEnded, id, json!({ "reason": "ended_by_owner" }));
    change.commit(event).await?;
    let mut response = no_content()?;
    if id == current.id {
        response.headers_mut().insert(SET_COOKIE, clear_session_cookie());
    }
    Ok(response)
}
