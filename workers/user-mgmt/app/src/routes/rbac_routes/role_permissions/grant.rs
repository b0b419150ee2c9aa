//! `POST /rbac/roles/:id/permissions/:permissionId`: one more permission for a role.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Problem, Request};
use rbac::{Allowed, Grant};
use serde_json::json;
use store::audit::Action;
use store::{guard, role_permissions};

use super::super::{find_permission, find_role};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::no_content;
use crate::services::authority::{Excess, refuse_excess, refuse_excess_of_stored};
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Grant a permission to a role").gives_nothing(204).fails(&[409])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let role_id = request.param("id")?;
    let role = find_role(&app.db, role_id).await?;
    let permission = find_permission(&app.db, request.param("permissionId")?).await?;
    // A stored text that can't be read grants nothing, and is not handed out any further.
    let grant = Grant::parse(&permission.name)
        .map_err(|error| Problem::conflict("unusable_permission", error.to_string()))?;
    refuse_excess_of_stored(&allowed, &role.grants, Excess::Role)?;
    refuse_excess(&allowed, [&grant], Excess::Role)?;
    if role.grants.contains(&permission.name) {
        return no_content();
    }
    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::role_exists(role_id));
    change.push(guard::permission_exists(permission.id));
    change.push(role_permissions::insert(role_id, permission.id));
    change.matrix_changed();
    let event = Event::new(
        Action::RolePermissionGranted,
        role_id,
        json!({ "role": role.role.name, "permission": permission.name }),
    );
    match change.try_commit(event).await {
        // Somebody else was first, which is just as good.
        Err(error) if error.is_conflict("role_permissions", "role_id") => no_content(),
        Err(error) => Err(store_problem(&error)),
        Ok(_) => no_content(),
    }
}
