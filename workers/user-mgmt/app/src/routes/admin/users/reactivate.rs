//! `POST /v1/admin/users/:id/reactivate`: a suspended account may sign in again, or be invited again where it never has.

use std::sync::Arc;

use accounts::UserStatus;
use api::{AdminUser, ConfirmRequest};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;
use serde_json::json as object;
use store::audit::Action;
use store::{guard, user_details, users};

use super::{find, to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::admin::{confirmation, confirmed};
use crate::services::authority::refuse_excess_of_user;
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Let a suspended account sign in again")
        .takes::<ConfirmRequest>()
        .gives::<AdminUser>(200)
        .fails(&[422])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let id = request.param("id")?;
    let body = confirmation(&request)?;
    let user = find(&app.db, id).await?;
    refuse_excess_of_user(&app, &allowed, id).await?;
    confirmed(body.confirm, || format!("this lets {} in again, with the roles that it has", user.email))?;
    if user.status != UserStatus::Suspended {
        return json(StatusCode::OK, &to_api(user));
    }

    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::user_at_version(id, user.authz_version));
    change.push(users::reactivate(id, change.now()));
    change.user_changed(id);
    let details = object!({ "before": { "status": user.status }, "reason": body.reason });
    let user = change.read(user_details::by_id(id));
    let rows = change.commit_reading(Event::new(Action::UserReactivated, id, details)).await?;
    json(StatusCode::OK, &to_api(user.one(rows)?.user))
}
