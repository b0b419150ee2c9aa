//! `POST /rbac/users/:userId/roles`: a role for a user. Whoever assigns it holds all that it grants.

use std::sync::Arc;

use accounts::UserId;
use api::AssignRoleRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request};
use rbac::Allowed;
use serde_json::json;
use store::audit::Action;
use store::{StoreError, guard, user_roles};

use super::super::find_role;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::{no_content, no_such};
use crate::services::authority::{Excess, refuse_excess_of_stored};
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Assign a role to a user").takes::<AssignRoleRequest>().gives_nothing(204).fails(&[409, 422])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let body: AssignRoleRequest = request.json()?;
    let user: UserId = request.param("userId")?;
    let role = find_role(&app.db, body.role_id).await.map_err(|problem| {
        if problem.status() == StatusCode::NOT_FOUND {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_role", "there is no role of this id")
        } else {
            problem
        }
    })?;
    refuse_excess_of_stored(&allowed, &role.grants, Excess::Role)?;

    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::user_exists(user));
    change.push(guard::role_exists(role.role.id));
    change.push(user_roles::insert(user, role.role.id, change.now(), Some(allowed.principal().user_id())));
    change.user_changed(user);
    let event =
        Event::new(Action::RoleAssigned, user, json!({ "role": role.role.name, "roleId": role.role.id }));
    match change.try_commit(event).await {
        // The user has it: nothing changed, and nothing had to.
        Err(error) if error.is_conflict("user_roles", "user_id") => no_content(),
        // The role was there a moment ago.
        Err(StoreError::Guard(name)) if name == guard::TARGET_EXISTS => Err(no_such("user")),
        Err(error) => Err(store_problem(&error)),
        Ok(_) => no_content(),
    }
}
