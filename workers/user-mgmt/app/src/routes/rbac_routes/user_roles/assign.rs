//! `POST /rbac/users/:userId/roles`: a role for a user. Whoever assigns it holds all that it grants.

use std::sync::Arc;

use accounts::UserId;
use api::AssignRoleRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request};
use rbac::Allowed;
use serde_json::json;
use store::audit::Action;
use store::roles::{self, RoleWithGrants};
use store::{Query, StoreError, user_roles};

use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::{no_content, no_such};
use crate::services::authority::{Excess, refuse_excess_of_stored};
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Assign a role to a user").takes::<AssignRoleRequest>().gives_nothing(204).fails(&[409, 422])
}

pub(in crate::routes) fn named(request: &Request) -> Result<Query<RoleWithGrants>, Problem> {
    let body: AssignRoleRequest = request.json()?;
    Ok(roles::by_id(body.role_id))
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
    role: Option<RoleWithGrants>,
) -> Outcome {
    let user: UserId = request.param("userId")?;
    let role = role.ok_or_else(|| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_role", "there is no role of this id")
    })?;
    refuse_excess_of_stored(&allowed, &role.grants, Excess::Role)?;

    let mut change = Change::by(&app, &request, &allowed);
    change.push(user_roles::insert(user, role.role.id, change.now(), Some(allowed.principal().user_id())));
    change.user_changed(user);
    let event =
        Event::new(Action::RoleAssigned, user, json!({ "role": role.role.name, "roleId": role.role.id }));
    match change.try_commit(event).await {
        // The user has it: nothing changed, and nothing had to.
        Err(error) if error.is_conflict("user_roles", "user_id") => no_content(),
        // The role is there: with its deletion the decision would be out of date.
        Err(StoreError::ForeignKey) => Err(no_such("user")),
        Err(error) => Err(store_problem(&error)),
        Ok(_) => no_content(),
    }
}
