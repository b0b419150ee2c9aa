//! `DELETE /rbac/roles/:id/permissions/:permissionId`: one permission less for a role.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Request};
use rbac::Allowed;
use serde_json::json;
use store::audit::Action;
use store::{guard, role_permissions};

use super::super::{find_permission, find_role};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::{no_content, no_such};
use crate::services::authority::{Excess, refuse_excess_of_stored};
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Take a permission from a role").gives_nothing(204).fails(&[409])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let role_id = request.param("id")?;
    let role = find_role(&app.db, role_id).await?;
    let permission = find_permission(&app.db, request.param("permissionId")?).await?;
    refuse_excess_of_stored(&allowed, &role.grants, Excess::Role)?;
    if !role.grants.contains(&permission.name) {
        return Err(no_such("permission in this role"));
    }
    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::role_permission_exists(role_id, permission.id));
    change.push(role_permissions::delete(role_id, permission.id));
    change.matrix_changed();
    let event = Event::new(
        Action::RolePermissionRevoked,
        role_id,
        json!({ "role": role.role.name, "permission": permission.name }),
    );
    change.commit(event).await?;
    no_content()
}
