//! The route table. Each page is one file.

mod check_mail;
mod forgot_password;
mod home;
mod profile;
mod register;
mod reset_password;
mod sign_in;
mod sign_out;
mod verify_email;

use std::sync::Arc;

use http::Method;
use http_kit::{Doc, Fetch, RouteTable};

use crate::app::App;
use crate::mount::Mount;

/// Every route of the worker.
pub fn table<F: Fetch>(app: Arc<App<F>>) -> RouteTable {
    let mut mount = Mount::new(app);
    mount.public(Method::GET, "/", Doc::new("Go where the reader wants to be"), home::show);
    mount.public(Method::GET, "/register", Doc::new("Ask for an account"), register::show);
    mount.public(Method::POST, "/register", Doc::new("Make an account"), register::submit);
    mount.public(Method::GET, check_mail::PATH, Doc::new("What comes next"), check_mail::show);
    mount.public(Method::POST, check_mail::PATH, Doc::new("Have the mail sent again"), check_mail::submit);
    mount.public(Method::GET, "/verify-email", Doc::new("Follow the link of a mail"), verify_email::show);
    mount.public(Method::POST, "/verify-email", Doc::new("Confirm an address"), verify_email::submit);
    let path = "/forgot-password";
    mount.public(Method::GET, path, Doc::new("Ask for the address of an account"), forgot_password::show);
    mount.public(Method::POST, path, Doc::new("Have a mail sent"), forgot_password::submit);
    let path = forgot_password::CHECK_MAIL;
    mount.public(Method::GET, path, Doc::new("What comes next"), forgot_password::check_mail);
    let path = "/reset-password";
    mount.public(Method::GET, path, Doc::new("Follow the link of a mail"), reset_password::show);
    mount.public(Method::POST, path, Doc::new("Set a password"), reset_password::submit);
    mount.public(Method::GET, "/sign-in", Doc::new("Ask to sign in"), sign_in::show);
    mount.public(Method::POST, "/sign-in", Doc::new("Sign in"), sign_in::submit);
    mount.public(Method::POST, "/sign-out", Doc::new("Sign out"), sign_out::submit);
    mount.signed_in(Method::GET, "/profile", Doc::new("Show the account"), profile::show);
    mount.signed_in(Method::POST, "/profile", Doc::new("Change the names"), profile::submit);
    mount.api();
    mount.into_table()
}
