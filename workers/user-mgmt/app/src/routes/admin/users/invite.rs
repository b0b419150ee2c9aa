//! `POST /v1/admin/users/:userId/invitation`: the invitation once more, with a link that works; earlier ones do not.

use std::sync::Arc;

use accounts::{UserId, UserStatus};
use http::{Response, StatusCode};
use http_kit::{Body, Doc, Outcome, Problem, Request};
use rbac::Allowed;
use serde_json::json;
use store::audit::Action;
use store::guard;

use super::find;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::change::{Change, Event};
use crate::services::mail::Template;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Mail an invitation once more").gives_nothing(202).fails(&[409, 501])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let id: UserId = request.param("userId")?;
    let user = find(&app.db, id).await?;
    if app.config.mail.is_none() {
        return Err(Problem::new(
            StatusCode::NOT_IMPLEMENTED,
            "mail_not_configured",
            "no mail can be sent from here, so nobody can be invited",
        ));
    }
    if user.status != UserStatus::Invited {
        return Err(Problem::conflict("not_invited", "this account does not wait for an invitation"));
    }
    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::user_at_version(id, user.authz_version));
    change.mail_user(id, Template::Invitation);
    change.commit(Event::new(Action::UserInvited, id, json!({ "email": user.email }))).await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}
