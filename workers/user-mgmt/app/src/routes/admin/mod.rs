//! What administrators do with accounts and tenants. Mounted while `USER_MGMT_CORE` and RBAC are on.

use api::ConfirmRequest;
use http::{Method, StatusCode};
use http_kit::{Problem, Request};
use rbac::catalogue::{
    AUDIT_READ, ROLES_ASSIGN, ROLES_READ, ROLLOUT_READ, SESSIONS_REVOKE, TENANTS_READ, TENANTS_WRITE,
    USERS_DELETE, USERS_READ, USERS_UPDATE, USERS_WRITE,
};

use crate::app::Platform;
use crate::gate::Mount;
use crate::routes::rbac_routes::user_roles;
use crate::routes::users::delete;

mod audit;
mod rollout;
mod tenants;
mod users;

pub(super) fn mount<P: Platform>(mount: &mut Mount<P>) {
    const USERS: &str = "/v1/admin/users";
    const USER: &str = "/v1/admin/users/{id}";
    const USER_ROLES: &str = "/v1/admin/users/{userId}/roles";
    const USER_ROLE: &str = "/v1/admin/users/{userId}/roles/{roleId}";
    const USER_SESSIONS: &str = "/v1/admin/users/{userId}/sessions";
    const TENANT: &str = "/v1/admin/tenants/{id}";
    mount.permission(Method::GET, USERS, USERS_READ, users::list::doc(), users::list::handler);
    mount.permission(Method::POST, USERS, USERS_WRITE, users::create::doc(), users::create::handler);
    mount.permission(Method::GET, USER, USERS_READ, users::read::doc(), users::read::handler);
    mount.permission(Method::PATCH, USER, USERS_UPDATE, users::update::doc(), users::update::handler);
    mount.permission(Method::DELETE, USER, USERS_DELETE, delete::doc(), delete::handler);
    let (doc, handler) = (user_roles::list::doc(), user_roles::list::handler);
    mount.permission(Method::GET, USER_ROLES, ROLES_READ, doc, handler);
    let (doc, named, handler) =
        (user_roles::assign::doc(), user_roles::assign::named, user_roles::assign::handler);
    mount.permission_on(Method::POST, USER_ROLES, ROLES_ASSIGN, doc, named, handler);
    let (doc, named, handler) =
        (user_roles::remove::doc(), user_roles::remove::named, user_roles::remove::handler);
    mount.permission_on(Method::DELETE, USER_ROLE, ROLES_ASSIGN, doc, named, handler);
    let (doc, handler) = (users::suspend::doc(), users::suspend::handler);
    mount.permission(Method::POST, "/v1/admin/users/{id}/suspend", USERS_UPDATE, doc, handler);
    let (doc, handler) = (users::reactivate::doc(), users::reactivate::handler);
    mount.permission(Method::POST, "/v1/admin/users/{id}/reactivate", USERS_UPDATE, doc, handler);
    let (doc, handler) = (users::invite::doc(), users::invite::handler);
    mount.permission(Method::POST, "/v1/admin/users/{userId}/invitation", USERS_WRITE, doc, handler);
    let (doc, handler) = (users::sessions::list::doc(), users::sessions::list::handler);
    mount.permission(Method::GET, USER_SESSIONS, SESSIONS_REVOKE, doc, handler);
    let (doc, handler) = (users::sessions::delete_all::doc(), users::sessions::delete_all::handler);
    mount.permission(Method::DELETE, USER_SESSIONS, SESSIONS_REVOKE, doc, handler);
    let (doc, handler) = (users::sessions::delete::doc(), users::sessions::delete::handler);
    mount.permission(
        Method::DELETE,
        "/v1/admin/users/{userId}/sessions/{sessionId}",
        SESSIONS_REVOKE,
        doc,
        handler,
    );

    let (doc, handler) = (audit::read::doc(), audit::read::handler);
    mount.permission(Method::GET, "/v1/admin/audit", AUDIT_READ, doc, handler);

    let (doc, handler) = (tenants::list::doc(), tenants::list::handler);
    mount.permission(Method::GET, "/v1/admin/tenants", TENANTS_READ, doc, handler);
    let (doc, handler) = (tenants::read::doc(), tenants::read::handler);
    mount.permission(Method::GET, TENANT, TENANTS_READ, doc, handler);
    let (doc, handler) = (tenants::create::doc(), tenants::create::handler);
    mount.permission(Method::POST, "/v1/admin/tenants", TENANTS_WRITE, doc, handler);
    let (doc, handler) = (tenants::update::doc(), tenants::update::handler);
    mount.permission(Method::PATCH, TENANT, TENANTS_WRITE, doc, handler);

    mount.permission(Method::GET, "/v1/admin/rollout", ROLLOUT_READ, rollout::doc(), rollout::handler);
}

/// The body of what has to be confirmed; none is as good as one that does not confirm.
fn confirmation(request: &Request) -> Result<ConfirmRequest, Problem> {
    if request.body().is_empty() { Ok(ConfirmRequest::default()) } else { request.json() }
}

/// Refuses what is not confirmed, and says what it would do.
fn confirmed(confirm: bool, consequence: impl FnOnce() -> String) -> Result<(), Problem> {
    if confirm {
        return Ok(());
    }
    let detail = format!("{}; send `confirm: true` to have it done", consequence());
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "confirmation_required", detail))
}
