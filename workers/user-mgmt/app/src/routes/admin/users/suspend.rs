//! `POST /v1/admin/users/:id/suspend`: out at once, and until reactivated.

use std::sync::Arc;

use accounts::UserStatus;
use api::{AdminUser, ConfirmRequest};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;
use serde_json::json as object;
use store::audit::Action;
use store::{guard, one_time_tokens, sessions, user_details, users};

use super::{find, to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::admin::{confirmation, confirmed};
use crate::services::authority::refuse_excess_of_user;
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Suspend an account: all of its sessions end, and it can't sign in")
        .takes::<ConfirmRequest>()
        .gives::<AdminUser>(200)
        .fails(&[409, 422])
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
    let consequence = || format!("this ends every session of {} and keeps the account out", user.email);
    confirmed(body.confirm, consequence)?;
    if user.status == UserStatus::Suspended {
        return json(StatusCode::OK, &to_api(user));
    }

    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::user_at_version(id, user.authz_version));
    change.push(users::suspend(id, change.now()));
    change.push(one_time_tokens::delete_by_user(id));
    change.sessions_end(id);
    change.push(sessions::delete_by_user(id));
    change.user_changed(id);
    let details = object!({ "before": { "status": user.status }, "reason": body.reason });
    let user = change.read(user_details::by_id(id));
    let rows = change.commit_reading(Event::new(Action::UserSuspended, id, details)).await?;
    json(StatusCode::OK, &to_api(user.one(rows)?.user))
}
