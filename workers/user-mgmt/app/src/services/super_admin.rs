//! The first administrator: the account of the configured address, once the address is verified.

use std::sync::Arc;

use accounts::{Email, RoleId, UserId};
use http_kit::Problem;
use rbac::catalogue;
use serde_json::json;
use store::audit::Action;
use store::user_roles;

use crate::app::{App, Platform};
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

/// Makes an account whose address is verified, or becomes so in this change, `SUPER_ADMIN` if it is the configured one
/// and is not yet.
pub(crate) async fn appoint_if_named<P: Platform>(
    app: &Arc<App<P>>,
    change: &mut Change<P>,
    user: UserId,
    email: &Email,
) -> Result<(), Problem> {
    if !app.config.rbac_enabled || app.config.super_admin_email.as_ref() != Some(email) {
        return Ok(());
    }
    let roles = user_roles::list(user).all(&app.db).await.map_err(|error| store_problem(&error))?;
    if roles.iter().any(|role| role.id == RoleId::SUPER_ADMIN) {
        return Ok(());
    }
    change.push(user_roles::insert_if_missing(user, RoleId::SUPER_ADMIN, change.now()));
    change.user_changed(user);
    change.also(Event::new(
        Action::RoleAssigned,
        user,
        json!({ "role": catalogue::SUPER_ADMIN, "reason": "SUPER_ADMIN_EMAIL" }),
    ));
    Ok(())
}
