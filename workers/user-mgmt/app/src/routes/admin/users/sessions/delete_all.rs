//! `DELETE /v1/admin/users/:userId/sessions`: signed out everywhere.

use std::sync::Arc;

use accounts::UserId;
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
    Doc::new("End every session of a user").gives_nothing(204)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let user: UserId = request.param("userId")?;
    let before = find(&app.db, user).await?;
    refuse_excess_of_user(&app, &allowed, user).await?;
    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::user_at_version(user, before.authz_version));
    change.sessions_end(user);
    change.push(sessions::delete_by_user(user));
    change.commit(Event::new(Action::UserSessionsEnded, user, json!({}))).await?;
    no_content()
}
