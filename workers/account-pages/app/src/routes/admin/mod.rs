//! The admin area. Its routes are there while `USER_MGMT_UI` is on; each is for those who hold its permission.

mod change_user;
mod give_role;
mod invite;
mod take_role;
mod user;
mod users;

use http::Method;
use http_kit::{Doc, Fetch};
use rbac::catalogue::{ROLES_ASSIGN, USERS_READ, USERS_WRITE};

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
    let path = "/admin/users/{id}/give-role";
    mount.admin(Method::GET, path, ROLES_ASSIGN, Doc::new("Ask which role to give"), give_role::show);
    mount.admin(Method::POST, path, ROLES_ASSIGN, Doc::new("Give a role"), give_role::submit);
    let path = "/admin/users/{id}/roles/{roleId}/take";
    mount.admin(Method::GET, path, ROLES_ASSIGN, Doc::new("Ask whether to take a role away"), take_role::ask);
    mount.admin(Method::POST, path, ROLES_ASSIGN, Doc::new("Take a role away"), take_role::submit);
}
