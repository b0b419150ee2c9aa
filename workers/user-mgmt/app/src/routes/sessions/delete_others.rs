//! `DELETE /sessions`: all of one's own sessions but this one are over, after a sign-in just now.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Request};
use serde_json::json;
use store::audit::Action;
use store::sessions;

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::routes::no_content;
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;
use crate::services::recent_sign_in;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("End all of one's own sessions but this one").gives_nothing(204).fails(&[403])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { session, caller }: SignedIn,
) -> Outcome {
    recent_sign_in::require(&app, &session).await?;
    let user = caller.user_id();
    let (limits, now) = (&app.config.session_limits, app.runtime.now());
    let live = sessions::list(user, limits, now, "", 2).all(&app.db).await;
    if live.map_err(|error| store_problem(&error))?.len() < 2 {
        return no_content();
    }
    let mut change = Change::own(&app, &request, &caller);
    change.other_sessions_end(user, session.id);
    change.push(sessions::delete_others(user, session.id));
    let event = Event::new(Action::UserOtherSessionsEnded, user, json!({ "kept": session.id }));
    change.commit(event).await?;
    no_content()
}
