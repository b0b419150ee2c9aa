//! The route table. Each page is one file.

mod admin;
mod check_mail;
mod delete_account;
mod forgot_password;
mod home;
mod identities;
mod password;
mod profile;
mod register;
mod reset_password;
mod sessions;
mod sign_in;
mod sign_in_again;
mod sign_out;
mod tokens;
mod verify_email;

use std::sync::Arc;

use http::{Method, StatusCode};
use http_kit::{Doc, Fetch, Outcome, Problem, Request, RouteTable};

use crate::app::App;
use crate::mount::{Mount, here};
use crate::user_mgmt::Refusal;
use crate::views::{redirect_to_sign_in, redirect_to_sign_in_again};

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
    let path = "/sign-in-again";
    mount.signed_in(Method::GET, path, Doc::new("Ask for another sign-in"), sign_in_again::show);
    mount.signed_in(Method::POST, path, Doc::new("Sign in once more"), sign_in_again::submit);
    mount.public(Method::POST, "/sign-out", Doc::new("Sign out"), sign_out::submit);
    mount.signed_in(Method::GET, "/profile", Doc::new("Show the account"), profile::show);
    mount.signed_in(Method::POST, "/profile", Doc::new("Change the names"), profile::submit);
    mount.signed_in(Method::GET, "/password", Doc::new("Ask for another password"), password::show);
    mount.signed_in(Method::POST, "/password", Doc::new("Change the password"), password::submit);
    let path = delete_account::PATH;
    mount.signed_in(Method::GET, path, Doc::new("Ask whether to delete the account"), delete_account::show);
    mount.signed_in(Method::POST, path, Doc::new("Delete the account"), delete_account::submit);
    mount_sessions(&mut mount);
    mount_tokens(&mut mount);
    admin::mount(&mut mount);
    mount_identities(&mut mount);
    mount.into_table()
}

fn mount_sessions<F: Fetch>(mount: &mut Mount<F>) {
    use sessions::{ask, ask_others, end, end_others, list};
    mount.signed_in(Method::GET, "/sessions", Doc::new("Show where one is signed in"), list);
    let path = "/sessions/{id}/end";
    mount.signed_in(Method::GET, path, Doc::new("Ask whether to end a session"), ask);
    mount.signed_in(Method::POST, path, Doc::new("End a session"), end);
    let path = sessions::END_OTHERS;
    mount.signed_in(Method::GET, path, Doc::new("Ask whether to end all other sessions"), ask_others);
    mount.signed_in(Method::POST, path, Doc::new("End all other sessions"), end_others);
}

fn mount_identities<F: Fetch>(mount: &mut Mount<F>) {
    use identities::{ask, link, list, unlink};
    mount.signed_in(Method::GET, "/identities", Doc::new("Show one's identities"), list);
    mount.signed_in(Method::POST, "/identities/link", Doc::new("Begin to link an identity"), link);
    let path = "/identities/{id}/unlink";
    mount.signed_in(Method::GET, path, Doc::new("Ask whether to unlink an identity"), ask);
    mount.signed_in(Method::POST, path, Doc::new("Unlink an identity"), unlink);
}

fn mount_tokens<F: Fetch>(mount: &mut Mount<F>) {
    use tokens::{ask, create, form, list, revoke};
    mount.signed_in(Method::GET, "/tokens", Doc::new("Show one's API tokens"), list);
    mount.signed_in(Method::GET, tokens::NEW, Doc::new("Ask for an API token"), form);
    mount.signed_in(Method::POST, tokens::NEW, Doc::new("Make an API token, and show it once"), create);
    let path = "/tokens/{id}/revoke";
    mount.signed_in(Method::GET, path, Doc::new("Ask whether to revoke an API token"), ask);
    mount.signed_in(Method::POST, path, Doc::new("Revoke an API token"), revoke);
}

/// What a page says about what happened before, if its address carries one of these words.
fn notice(request: &Request, known: &[(&str, &'static str)]) -> Result<Option<&'static str>, Problem> {
    let Some(word) = request.query::<String>("notice")? else { return Ok(None) };
    Ok(known.iter().find(|(name, _)| *name == word).map(|(_, text)| *text))
}

/// What became of a list or a change where no form can say what is wrong. A session that ended between two calls leads
/// to the sign-in and back, and so does what asks for a sign-in just now.
fn refused(request: &Request, refusal: Refusal) -> Outcome {
    if refusal.code == "recent_sign_in_required" {
        return redirect_to_sign_in_again(&request.context, &here(request));
    }
    if refusal.status == StatusCode::UNAUTHORIZED {
        return redirect_to_sign_in(&request.context, &here(request));
    }
    Err(refusal.into_problem())
}
