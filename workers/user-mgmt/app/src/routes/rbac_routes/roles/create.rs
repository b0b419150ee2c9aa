//! `POST /rbac/roles`: a role, with what it grants if that is said at once.

use std::sync::Arc;

use accounts::{PermissionId, RoleId};
use api::CreateRoleRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;
use serde_json::json as object;
use store::audit::Action;
use store::{role_permissions, roles};

use super::super::{find_grants, role_to_api};
use super::naming_problem;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::authority::{Excess, refuse_excess};
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Create a role").takes::<CreateRoleRequest>().gives::<api::Role>(201).fails(&[409, 422])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let body: CreateRoleRequest = request.json()?;
    refuse_excess(&allowed, &body.permissions, Excess::Role)?;
    let granted: Vec<PermissionId> =
        find_grants(&app.db, &body.permissions).await?.into_iter().map(|permission| permission.id).collect();

    let id = RoleId::generate(&*app.runtime, &*app.runtime);
    let mut change = Change::by(&app, &request, &allowed);
    change.push(roles::insert(id, &body.name, body.description.as_str(), change.now()));
    if !granted.is_empty() {
        change.push(role_permissions::insert_all(id, &granted));
        change.matrix_changed();
    }
    let event = Event::new(
        Action::RoleCreated,
        id,
        object!({ "after": {
            "name": body.name, "description": body.description, "permissions": body.permissions
        } }),
    );
    let role = change.read(roles::by_id(id));
    let rows = change.try_commit(event).await.map_err(|error| naming_problem(&error))?;
    json(StatusCode::CREATED, &role_to_api(role.one(rows)?.role))
}
