//! The route table: every address of this worker, what it asks of its caller, and who answers.

use std::sync::Arc;

use http::Method;
use http_kit::{Access, Outcome, Problem, RouteTable};
use rbac::catalogue;

use crate::app::{App, Platform};
use crate::gate::{Mount, OwnOr};

mod access;
mod accounts;
mod admin;
mod healthz;
mod identities;
mod internal;
mod oidc;
mod paging;
mod rbac_routes;
mod sessions;
mod tokens;
mod users;

/// Room for a manifest or a role of 10,000 permissions.
const LARGE_BODY: usize = 2 * 1024 * 1024;

/// The table. What a flag hides is not in it, and so answers as an unknown path does.
pub fn table<P: Platform>(app: &Arc<App<P>>) -> RouteTable {
    let mut mount = Mount::new(app.clone());
    mount.public(Method::GET, "/healthz", healthz::doc(), healthz::handler);
    mount_accounts(&mut mount);
    mount_sessions(&mut mount);
    mount_users(&mut mount);
    mount_internal(&mut mount);
    if app.config.oidc.is_some() {
        mount_oidc(&mut mount);
    }
    if app.config.rbac_enabled {
        mount_rbac(&mut mount);
        mount_tokens(&mut mount);
        access::mount(&mut mount);
    }
    if app.config.user_mgmt_core {
        admin::mount(&mut mount);
    }
    mount.into_table()
}

fn mount_accounts<P: Platform>(mount: &mut Mount<P>) {
    use accounts::{
        change_password, delete_account, forgot_password, forgot_password_new_password,
        forgot_password_validate, load_user, login, logout, register, resend_verification, verify_email,
    };
    mount.public(Method::POST, "/register", register::doc(), register::handler);
    mount.public(Method::POST, "/verify-email", verify_email::doc(), verify_email::handler);
    let (doc, handler) = (resend_verification::doc(), resend_verification::handler);
    mount.public(Method::POST, "/verify-email/resend", doc, handler);
    mount.public(Method::POST, "/forgot-password", forgot_password::doc(), forgot_password::handler);
    let (doc, handler) = (forgot_password_validate::doc(), forgot_password_validate::handler);
    mount.public(Method::POST, "/forgot-password-validate", doc, handler);
    let (doc, handler) = (forgot_password_new_password::doc(), forgot_password_new_password::handler);
    mount.public(Method::POST, "/forgot-password-new-password", doc, handler);
    mount.public(Method::POST, "/login", login::doc(), login::handler);
    mount.public(Method::POST, "/logout", logout::doc(), logout::handler);
    mount.session_or_token(Method::GET, "/load-user", load_user::doc(), load_user::handler);
    mount.session(Method::POST, "/change-password", change_password::doc(), change_password::handler);
    mount.session(Method::POST, "/delete-account", delete_account::doc(), delete_account::handler);
}

fn mount_sessions<P: Platform>(mount: &mut Mount<P>) {
    use sessions::{delete, delete_others, list, refresh};
    mount.session(Method::GET, "/sessions", list::doc(), list::handler);
    mount.session(Method::DELETE, "/sessions", delete_others::doc(), delete_others::handler);
    mount.session(Method::DELETE, "/sessions/{id}", delete::doc(), delete::handler);
    mount.session(Method::POST, "/sessions/refresh", refresh::doc(), refresh::handler);
}

fn mount_internal<P: Platform>(mount: &mut Mount<P>) {
    use internal::{authorize, findings, principal};
    mount.binding(Method::GET, "/internal/principal", principal::doc(), principal::handler);
    mount.binding(Method::POST, "/internal/authorize", authorize::doc(), authorize::handler);
    mount.binding(Method::POST, "/internal/findings", findings::doc(), findings::handler);
    mount.with_body_limit(LARGE_BODY);
}

fn mount_tokens<P: Platform>(mount: &mut Mount<P>) {
    use tokens::{create, delete, list};
    mount.session(Method::GET, "/tokens", list::doc(), list::handler);
    mount.session(Method::POST, "/tokens", create::doc(), create::handler);
    mount.session(Method::DELETE, "/tokens/{id}", delete::doc(), delete::handler);
}

fn mount_oidc<P: Platform>(mount: &mut Mount<P>) {
    use identities::{link, list, unlink};
    use oidc::{backchannel_logout, callback, login, providers};
    mount.public(Method::GET, "/oidc/providers", providers::doc(), providers::handler);
    mount.public(Method::GET, "/oidc/login", login::doc(), login::handler);
    mount.public(Method::GET, "/oidc/callback", callback::doc(), callback::handler);
    let (doc, handler) = (backchannel_logout::doc(), backchannel_logout::handler);
    mount.public(Method::POST, "/oidc/backchannel-logout", doc, handler);
    mount.session(Method::GET, "/identities", list::doc(), list::handler);
    mount.session(Method::POST, "/identities", link::doc(), link::handler);
    mount.session(Method::DELETE, "/identities/{id}", unlink::doc(), unlink::handler);
}

fn mount_users<P: Platform>(mount: &mut Mount<P>) {
    use catalogue::{USERS_DELETE, USERS_READ, USERS_UPDATE};
    use users::{delete, read, update};
    let own_or_read = OwnOr { param: "id", permission: USERS_READ };
    mount.own_or(Method::GET, "/users/{id}", own_or_read, read::doc(), read::handler);
    mount.protected(
        Method::PUT,
        "/users/{id}",
        "id",
        Access::OwnOr(USERS_UPDATE),
        update::doc(),
        update::handler,
    );
    let delete_rule = Access::Permission(USERS_DELETE);
    mount.protected(Method::DELETE, "/users/{id}", "id", delete_rule, delete::doc(), delete::handler);
}

fn mount_rbac<P: Platform>(mount: &mut Mount<P>) {
    use catalogue::{PERMISSIONS_READ, PERMISSIONS_WRITE, ROLES_ASSIGN, ROLES_READ, ROLES_WRITE};
    use rbac_routes::{check, matrix, permissions, resources, role_permissions, roles, user_roles};
    const ROLE: &str = "/rbac/roles/{id}";
    const ROLE_PERMISSIONS: &str = "/rbac/roles/{id}/permissions";
    const ROLE_PERMISSION: &str = "/rbac/roles/{id}/permissions/{permissionId}";
    const USER_ROLES: &str = "/rbac/users/{userId}/roles";
    const USER_ROLE: &str = "/rbac/users/{userId}/roles/{roleId}";
    const RESOURCE: &str = "/rbac/resources/{type}/{id}";

    mount.permission(Method::GET, "/rbac/roles", ROLES_READ, roles::list::doc(), roles::list::handler);
    mount.permission(Method::POST, "/rbac/roles", ROLES_WRITE, roles::create::doc(), roles::create::handler);
    mount.with_body_limit(LARGE_BODY);
    mount.permission(Method::GET, ROLE, ROLES_READ, roles::read::doc(), roles::read::handler);
    mount.permission(Method::PUT, ROLE, ROLES_WRITE, roles::update::doc(), roles::update::handler);
    mount.permission(Method::DELETE, ROLE, ROLES_WRITE, roles::delete::doc(), roles::delete::handler);

    let (doc, handler) = (role_permissions::list::doc(), role_permissions::list::handler);
    mount.permission(Method::GET, ROLE_PERMISSIONS, ROLES_READ, doc, handler);
    let (doc, handler) = (role_permissions::set::doc(), role_permissions::set::handler);
    mount.permission(Method::PUT, ROLE_PERMISSIONS, ROLES_WRITE, doc, handler);
    mount.with_body_limit(LARGE_BODY);
    let (doc, handler) = (role_permissions::grant::doc(), role_permissions::grant::handler);
    mount.permission(Method::POST, ROLE_PERMISSION, ROLES_WRITE, doc, handler);
    let (doc, handler) = (role_permissions::revoke::doc(), role_permissions::revoke::handler);
    mount.permission(Method::DELETE, ROLE_PERMISSION, ROLES_WRITE, doc, handler);

    let (doc, handler) = (matrix::read::doc(), matrix::read::handler);
    mount.permission(Method::GET, "/rbac/matrix", ROLES_READ, doc, handler);
    let (doc, handler) = (matrix::change::doc(), matrix::change::handler);
    mount.permission(Method::PATCH, "/rbac/matrix", ROLES_WRITE, doc, handler);
    mount.with_body_limit(LARGE_BODY);

    let (doc, handler) = (permissions::list::doc(), permissions::list::handler);
    mount.permission(Method::GET, "/rbac/permissions", PERMISSIONS_READ, doc, handler);
    let (doc, handler) = (permissions::create::doc(), permissions::create::handler);
    mount.permission(Method::POST, "/rbac/permissions", PERMISSIONS_WRITE, doc, handler);
    let (doc, handler) = (permissions::register::doc(), permissions::register::handler);
    mount.permission(Method::PUT, "/rbac/permissions", PERMISSIONS_WRITE, doc, handler);
    mount.with_body_limit(LARGE_BODY);
    let (doc, handler) = (permissions::delete::doc(), permissions::delete::handler);
    mount.permission(Method::DELETE, "/rbac/permissions/{id}", PERMISSIONS_WRITE, doc, handler);

    let (doc, handler) = (resources::list::doc(), resources::list::handler);
    mount.permission(Method::GET, "/rbac/resources/{type}", PERMISSIONS_READ, doc, handler);
    let (doc, handler) = (resources::register::doc(), resources::register::handler);
    mount.permission(Method::PUT, RESOURCE, PERMISSIONS_WRITE, doc, handler);
    let (doc, handler) = (resources::delete::doc(), resources::delete::handler);
    mount.permission(Method::DELETE, RESOURCE, PERMISSIONS_WRITE, doc, handler);

    let own_or_read = OwnOr { param: "userId", permission: ROLES_READ };
    mount.own_or(
        Method::GET,
        USER_ROLES,
        own_or_read.clone(),
        user_roles::list::doc(),
        user_roles::list::handler,
    );
    let (doc, named, handler) =
        (user_roles::assign::doc(), user_roles::assign::named, user_roles::assign::handler);
    mount.permission_on(Method::POST, USER_ROLES, ROLES_ASSIGN, doc, named, handler);
    let (doc, named, handler) =
        (user_roles::remove::doc(), user_roles::remove::named, user_roles::remove::handler);
    mount.permission_on(Method::DELETE, USER_ROLE, ROLES_ASSIGN, doc, named, handler);
    let (doc, handler) = (user_roles::effective::doc(), user_roles::effective::handler);
    mount.own_or(Method::GET, "/rbac/users/{userId}/permissions", own_or_read, doc, handler);

    mount.session_or_token(Method::POST, "/rbac/check", check::doc(), check::handler);
}

/// An answer without a body.
#[expect(clippy::unnecessary_wraps, reason = "the last word of a handler")]
fn no_content() -> Outcome {
    let mut response = http::Response::new(http_kit::Body::empty());
    *response.status_mut() = http::StatusCode::NO_CONTENT;
    Ok(response)
}

/// There is no user, role or permission of this id.
fn no_such(what: &str) -> Problem {
    Problem::new(http::StatusCode::NOT_FOUND, "not_found", format!("there is no such {what}"))
}
