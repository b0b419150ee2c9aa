//! `GET /rbac/users/:userId/roles`.

use std::sync::Arc;

use api::{Assignment, UserRoles};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;
use store::user_roles;

use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::users::find;
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("The roles of a user").gives::<UserRoles>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let user = find(&app.db, request.param("userId")?).await?;
    let roles = user_roles::list(user.id).all(&app.db).await.map_err(|error| store_problem(&error))?;
    let items = roles
        .into_iter()
        .map(|role| Assignment {
            id: role.id,
            name: role.name,
            description: role.description,
            system: role.system,
            granted_at: role.granted_at.into(),
            granted_by: role.granted_by,
        })
        .collect();
    json(StatusCode::OK, &UserRoles { items })
}
