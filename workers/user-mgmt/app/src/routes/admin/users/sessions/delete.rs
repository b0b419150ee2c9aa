//! `DELETE /v1/admin/users/:userId/sessions/:sessionId`.

use std::sync::Arc;

use accounts::{SessionId, UserId};
use http_kit::{Doc, Outcome, Request};
use rbac::Allowed;
use serde_json::json;
use store::audit::Action;
use store::{guard, sessions};

use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::no_content;
use crate::routes::users::find;
use crate::services::authority::refuse_excess_of_user;
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("End a session of a user").gives_nothing(204)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let (user, session): (UserId, SessionId) = (request.param("userId")?, request.param("sessionId")?);
    let before = find(&app.db, user).await?;
    refuse_excess_of_user(&app, &allowed, user).await?;
    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::user_at_version(user, before.authz_version));
    change.push(guard::session_of_user_exists(session, user));
    change.session_ends(session);
    change.push(sessions::delete(session));
    let details = json!({ "reason": "ended_by_administrator", "userId": user });
    change.commit(Event::new(Action::SessionEnded, session, details)).await?;
    no_content()
}
