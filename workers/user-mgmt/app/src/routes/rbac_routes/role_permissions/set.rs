//! `PUT /rbac/roles/:id/permissions`: a role grants exactly these from now on.

use std::sync::Arc;

use accounts::PermissionId;
use api::{RolePermissions, SetRolePermissionsRequest};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;
use serde_json::json as object;
use store::audit::Action;
use store::{guard, role_permissions};

use super::super::{find_grants, find_role, permission_to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::authority::{Excess, refuse_excess, refuse_excess_of_stored};
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Set what a role grants").takes::<SetRolePermissionsRequest>();
    doc.gives::<RolePermissions>(200).fails(&[409, 422])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let id = request.param("id")?;
    let body: SetRolePermissionsRequest = request.json()?;
    let before = find_role(&app.db, id).await?;
    refuse_excess_of_stored(&allowed, &before.grants, Excess::Role)?;
    refuse_excess(&allowed, &body.permissions, Excess::Role)?;
    let found = find_grants(&app.db, &body.permissions).await?;
    let after: Vec<&str> = found.iter().map(|permission| permission.name.as_str()).collect();

    if before.grants != after {
        let ids: Vec<PermissionId> = found.iter().map(|permission| permission.id).collect();
        let mut change = Change::by(&app, &request, &allowed);
        change.push(guard::role_exists(id));
        change.push(role_permissions::delete_others(id, &ids));
        change.push(role_permissions::insert_all(id, &ids));
        change.matrix_changed();
        let event = Event::new(
            Action::RolePermissionsSet,
            id,
            object!({ "role": before.role.name, "before": before.grants, "after": after }),
        );
        change.commit(event).await?;
    }
    json(StatusCode::OK, &RolePermissions { items: found.into_iter().map(permission_to_api).collect() })
}
