//! The route table. Each page is one file.

mod home;
mod profile;
mod register;
mod sign_in;
mod sign_out;

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
    mount.public(Method::GET, "/register/check-mail", Doc::new("What comes next"), register::check_mail);
    mount.public(Method::GET, "/sign-in", Doc::new("Ask to sign in"), sign_in::show);
    mount.public(Method::POST, "/sign-in", Doc::new("Sign in"), sign_in::submit);
    mount.public(Method::POST, "/sign-out", Doc::new("Sign out"), sign_out::submit);
    mount.signed_in(Method::GET, "/profile", Doc::new("Show the account"), profile::show);
    mount.signed_in(Method::POST, "/profile", Doc::new("Change the names"), profile::submit);
    mount.api();
    mount.into_table()
}
