//! `DELETE /rbac/users/:userId/roles/:roleId`: a role is taken from a user. The last active `SUPER_ADMIN` keeps it.

use std::sync::Arc;

use accounts::UserId;
use http_kit::{Doc, Outcome, Problem, Request};
use rbac::Allowed;
use serde_json::json;
use store::audit::Action;
use store::roles::{self, RoleWithGrants};
use store::{Query, guard, user_roles};

use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::{no_content, no_such};
use crate::services::authority::{Excess, refuse_excess_of_stored};
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Take a role from a user").gives_nothing(204).fails(&[409])
}

pub(in crate::routes) fn named(request: &Request) -> Result<Query<RoleWithGrants>, Problem> {
    Ok(roles::by_id(request.param("roleId")?))
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
    role: Option<RoleWithGrants>,
) -> Outcome {
    let user: UserId = request.param("userId")?;
    let role = role.ok_or_else(|| no_such("role"))?;
    let role_id = role.role.id;
    refuse_excess_of_stored(&allowed, &role.grants, Excess::Role)?;

    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::user_role_exists(user, role_id));
    change.push(user_roles::delete(user, role_id));
    change.user_changed(user);
    let event = Event::new(Action::RoleRemoved, user, json!({ "role": role.role.name, "roleId": role_id }));
    change.commit(event).await?;
    no_content()
}
