//! What administrators do with accounts and tenants. Mounted while `USER_MGMT_CORE` and RBAC are on.

use http::Method;
use rbac::catalogue::{
    AUDIT_READ, ROLES_ASSIGN, ROLES_READ, ROLLOUT_READ, TENANTS_READ, USERS_DELETE, USERS_READ, USERS_WRITE,
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
    mount.permission(Method::GET, USERS, USERS_READ, users::list::doc(), users::list::handler);
    mount.permission(Method::POST, USERS, USERS_WRITE, users::create::doc(), users::create::handler);
    mount.permission(Method::GET, USER, USERS_READ, users::read::doc(), users::read::handler);
    mount.permission(Method::DELETE, USER, USERS_DELETE, delete::doc(), delete::handler);
    let (doc, handler) = (user_roles::list::doc(), user_roles::list::handler);
    mount.permission(Method::GET, USER_ROLES, ROLES_READ, doc, handler);
    let (doc, handler) = (user_roles::assign::doc(), user_roles::assign::handler);
    mount.permission(Method::POST, USER_ROLES, ROLES_ASSIGN, doc, handler);
    let (doc, handler) = (user_roles::remove::doc(), user_roles::remove::handler);
    mount.permission(Method::DELETE, "/v1/admin/users/{userId}/roles/{roleId}", ROLES_ASSIGN, doc, handler);

    let (doc, handler) = (audit::read::doc(), audit::read::handler);
    mount.permission(Method::GET, "/v1/admin/audit", AUDIT_READ, doc, handler);

    let (doc, handler) = (tenants::list::doc(), tenants::list::handler);
    mount.permission(Method::GET, "/v1/admin/tenants", TENANTS_READ, doc, handler);
    let (doc, handler) = (tenants::read::doc(), tenants::read::handler);
    mount.permission(Method::GET, "/v1/admin/tenants/{id}", TENANTS_READ, doc, handler);

    mount.permission(Method::GET, "/v1/admin/rollout", ROLLOUT_READ, rollout::doc(), rollout::handler);
}
