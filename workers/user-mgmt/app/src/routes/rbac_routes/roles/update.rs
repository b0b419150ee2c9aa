//! `PUT /rbac/roles/:id`: the name and the description of a role.

use std::sync::Arc;

use api::UpdateRoleRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::{Allowed, RoleName};
use serde_json::json as object;
use store::audit::Action;
use store::{guard, roles};

use super::super::{find_role, role_to_api};
use super::naming_problem;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::authority::{Excess, refuse_excess_of_stored};
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Rename or describe a role").takes::<UpdateRoleRequest>().gives::<api::Role>(200).fails(&[409])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let id = request.param("id")?;
    let body: UpdateRoleRequest = request.json()?;
    let before = find_role(&app.db, id).await?;
    refuse_excess_of_stored(&allowed, &before.grants, Excess::Role)?;
    let name = match body.name {
        Some(name) => name,
        None => RoleName::parse(&before.role.name).map_err(Problem::internal)?,
    };
    let description =
        body.description.as_ref().map_or(before.role.description.as_str(), |text| text.as_str());

    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::role_exists(id));
    change.push(roles::update(id, &name, description, change.now()));
    if name.as_str() != before.role.name {
        // Cached sessions carry the names of roles.
        change.matrix_changed();
    }
    let details = object!({
        "before": { "name": before.role.name, "description": before.role.description },
        "after": { "name": name, "description": description },
    });
    let event = Event::new(Action::RoleUpdated, id, details);
    let role = change.read(roles::by_id(id));
    let rows = change.try_commit(event).await.map_err(|error| naming_problem(&error))?;
    json(StatusCode::OK, &role_to_api(role.one(rows)?.role))
}
