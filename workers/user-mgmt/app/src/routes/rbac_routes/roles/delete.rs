//! `DELETE /rbac/roles/:id`: a role, taken from everybody who has it.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Request};
use rbac::Allowed;
use serde_json::json;
use store::audit::Action;
use store::{guard, roles, users};

use super::super::find_role;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::no_content;
use crate::services::authority::{Excess, refuse_excess_of_stored};
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Delete a role").gives_nothing(204).fails(&[409])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let id = request.param("id")?;
    let before = find_role(&app.db, id).await?;
    refuse_excess_of_stored(&allowed, &before.grants, Excess::Role)?;
    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::role_exists(id));
    change.push(users::bump_authz_version_of_role(id, change.now()));
    change.push(roles::delete(id));
    change.matrix_changed();
    let event = Event::new(
        Action::RoleDeleted,
        id,
        json!({ "before": { "name": before.role.name, "description": before.role.description, "permissions": before.grants } }),
    );
    change.commit(event).await?;
    no_content()
}
