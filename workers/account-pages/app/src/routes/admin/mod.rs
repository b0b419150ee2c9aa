//! The admin area. Its routes are there while `USER_MGMT_UI` is on; each is for those who hold its permission.

mod audit;
mod change_user;
mod give_role;
mod invite;
mod matrix;
mod roles;
mod rollout;
mod take_role;
mod user;
mod user_sessions;
mod users;

use http::Method;
use http_kit::{Doc, Fetch};
use rbac::catalogue::{
    AUDIT_READ, ROLES_ASSIGN, ROLES_READ, ROLES_WRITE, ROLLOUT_READ, SESSIONS_REVOKE, USERS_READ, USERS_WRITE,
};

use crate::mount::Mount;
use crate::views::UserChange;

pub(super) fn mount<F: Fetch>(mount: &mut Mount<F>) {
    mount.admin(Method::GET, "/admin/users", USERS_READ, Doc::new("Show users"), users::show);
    mount.admin(Method::GET, invite::PATH, USERS_WRITE, Doc::new("Ask whom to invite"), invite::show);
    mount.admin(Method::POST, invite::PATH, USERS_WRITE, Doc::new("Invite somebody"), invite::submit);
    mount.admin(Method::GET, "/admin/users/{id}", USERS_READ, Doc::new("Show a user"), user::show);
    for change in UserChange::ALL {
        let (path, permission) = (change.route(), change.permission());
        let (ask, doc) = (Doc::new("Ask before a user is changed"), Doc::new("Change a user"));
        mount.admin(Method::GET, path, permission.clone(), ask, move |app, request, reader| {
            change_user::ask(change, app, request, reader)
        });
        mount.admin(Method::POST, path, permission, doc, move |app, request, reader| {
            change_user::submit(change, app, request, reader)
        });
    }
    let path = "/admin/users/{id}/sessions";
    mount.admin(Method::GET, path, SESSIONS_REVOKE, Doc::new("Show sessions of a user"), user_sessions::list);
    let path = "/admin/users/{id}/sessions/{sessionId}/end";
    let doc = Doc::new("Ask whether to end a session of a user");
    mount.admin(Method::GET, path, SESSIONS_REVOKE, doc, user_sessions::ask);
    mount.admin(Method::POST, path, SESSIONS_REVOKE, Doc::new("End a session of a user"), user_sessions::end);
    let path = "/admin/users/{id}/give-role";
    mount.admin(Method::GET, path, ROLES_ASSIGN, Doc::new("Ask which role to give"), give_role::show);
    mount.admin(Method::POST, path, ROLES_ASSIGN, Doc::new("Give a role"), give_role::submit);
    let path = "/admin/users/{id}/roles/{roleId}/take";
    mount.admin(Method::GET, path, ROLES_ASSIGN, Doc::new("Ask whether to take a role away"), take_role::ask);
    mount.admin(Method::POST, path, ROLES_ASSIGN, Doc::new("Take a role away"), take_role::submit);
    mount_roles(mount);
    mount.admin(Method::GET, "/admin/audit", AUDIT_READ, Doc::new("Show the audit log"), audit::show);
    let doc = Doc::new("Show where enforcement stands");
    mount.admin(Method::GET, "/admin/rollout", ROLLOUT_READ, doc, rollout::show);
}

fn mount_roles<F: Fetch>(mount: &mut Mount<F>) {
    mount.admin(Method::GET, "/admin/roles", ROLES_READ, Doc::new("Show the role matrix"), matrix::show);
    let doc = Doc::new("Say what a change of the matrix would do");
    mount.admin(Method::POST, "/admin/roles/review", ROLES_WRITE, doc, matrix::review);
    mount.admin(
        Method::POST,
        "/admin/roles/apply",
        ROLES_WRITE,
        Doc::new("Change the matrix"),
        matrix::apply,
    );
    let path = "/admin/roles/new";
    mount.admin(Method::GET, path, ROLES_WRITE, Doc::new("Ask for a role"), roles::ask_new);
    mount.admin(Method::POST, path, ROLES_WRITE, Doc::new("Make a role"), roles::create);
    let path = "/admin/roles/{id}";
    mount.admin(Method::GET, path, ROLES_READ, Doc::new("Show a role"), matrix::show_role);
    let path = "/admin/roles/{id}/edit";
    mount.admin(Method::GET, path, ROLES_WRITE, Doc::new("Ask for another name"), roles::ask_edit);
    mount.admin(Method::POST, path, ROLES_WRITE, Doc::new("Rename a role"), roles::edit);
    let path = "/admin/roles/{id}/delete";
    mount.admin(Method::GET, path, ROLES_WRITE, Doc::new("Ask whether to delete a role"), roles::ask_delete);
    mount.admin(Method::POST, path, ROLES_WRITE, Doc::new("Delete a role"), roles::delete);
}
