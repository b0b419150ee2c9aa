//! `DELETE /users/:id`: an account with its sessions and roles. The last active `SUPER_ADMIN` stays.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Request};
use rbac::{Allowed, Basis};
use serde_json::json;
use store::audit::Action;
use store::{guard, users};

use super::find;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::no_content;
use crate::services::authority::refuse_excess_of_user;
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Delete an account").gives_nothing(204).fails(&[409])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let id = request.param("id")?;
    let before = find(&app.db, id).await?;
    if allowed.basis() == Basis::Granted && id != allowed.principal().user_id() {
        refuse_excess_of_user(&app, &allowed, id).await?;
    }
    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::user_at_version(id, before.authz_version));
    change.sessions_end(id);
    change.push(users::delete(id));
    let details = json!({ "before": {
        "email": before.email, "status": before.status,
        "firstName": before.first_name, "lastName": before.last_name,
    } });
    let event = Event::new(Action::UserDeleted, id, details);
    change.commit(event).await?;
    no_content()
}
