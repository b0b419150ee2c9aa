//! `PUT /users/:id`: the names of an account.

use std::sync::Arc;

use accounts::PersonName;
use api::UpdateUserRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::Allowed;
use serde_json::json as object;
use store::audit::Action;
use store::{guard, users};

use super::{find, to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Change the names of an account").takes::<UpdateUserRequest>().gives::<api::User>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let id = request.param("id")?;
    let body: UpdateUserRequest = request.json()?;
    let before = find(&app.db, id).await?;
    let first = name(body.first_name, before.first_name.as_deref())?;
    let last = name(body.last_name, before.last_name.as_deref())?;

    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::user_exists(id));
    change.push(users::update_names(id, first.as_ref(), last.as_ref(), change.now()));
    let details = object!({
        "before": { "firstName": before.first_name, "lastName": before.last_name },
        "after": { "firstName": first, "lastName": last },
    });
    let event = Event::new(Action::UserUpdated, id, details);
    let user = change.read(users::by_id(id));
    let rows = change.commit_reading(event).await?;
    json(StatusCode::OK, &to_api(user.one(rows)?))
}

/// The new name, or the one that stays.
#[expect(clippy::option_option, reason = "absent, cleared or set")]
pub(in crate::routes) fn name(
    new: Option<Option<PersonName>>,
    before: Option<&str>,
) -> Result<Option<PersonName>, Problem> {
    match new {
        Some(new) => Ok(new),
        None => before.map(PersonName::parse).transpose().map_err(Problem::internal),
    }
}
