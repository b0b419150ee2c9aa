//! What the pages show: a type for each template, with samples of every state that it can be in.

mod audit;
mod broken_link;
mod chart;
mod check_mail;
mod confirm;
mod delete_account;
mod error;
mod field;
mod forgot_password;
mod form;
mod identities;
mod leave;
mod matrix;
mod moment;
mod password;
mod permissions;
mod profile;
mod refused_filter;
mod register;
mod reset_password;
mod roles;
mod rollout;
mod sessions;
mod sign_in;
mod sign_in_again;
mod tokens;
mod user_sessions;
mod users;
mod verify_email;
mod viewer;

use askama::Template;
use http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use http::{Response, StatusCode};
use http_kit::{Body, Outcome, Problem, RequestContext};

pub use audit::AuditPage;
pub use broken_link::BrokenLinkPage;
pub use chart::Chart;
pub use check_mail::CheckMailPage;
pub use confirm::ConfirmPage;
pub use delete_account::{DeleteAccountPage, Proof};
pub use error::{ErrorPage, error_page};
pub use field::{Choice, Field};
pub use forgot_password::{ForgotPasswordPage, ResetMailPage};
pub use form::Form;
pub use identities::IdentitiesPage;
pub use leave::LeavePage;
pub use matrix::Matrix;
pub use moment::Moment;
pub use password::PasswordPage;
pub use permissions::{Group, Permissions};
pub use profile::ProfilePage;
pub use refused_filter::RefusedFilter;
pub use register::RegisterPage;
pub use reset_password::ResetPasswordPage;
pub use roles::{EditRolePage, ReviewPage, RolePage, RolesPage};
pub use rollout::RolloutPage;
pub use sessions::SessionsPage;
pub use sign_in::SignInPage;
pub use sign_in_again::SignInAgainPage;
pub use tokens::{CreatedTokenPage, NewToken, NewTokenPage, TokensPage};
pub use user_sessions::UserSessionsPage;
pub use users::{GiveRolePage, InvitePage, UserChange, UserPage, UsersPage};
pub use verify_email::VerifyEmailPage;
pub use viewer::{Section, Viewer};

use crate::headers;
use crate::local_path::LocalPath;

/// A page with examples of everything that it can show, to be tested and looked at.
pub trait Samples: Template + Sized {
    /// The file of its template, without the ending.
    const NAME: &'static str;

    /// Examples, each with its name. `text` stands wherever people and other systems choose the words.
    fn samples(text: &str) -> Vec<(&'static str, Self)>;
}

/// Every sample of every page, as `page-sample` and HTML.
pub fn samples(text: &str) -> askama::Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    add::<AuditPage>(text, &mut all)?;
    add::<BrokenLinkPage>(text, &mut all)?;
    add::<CheckMailPage>(text, &mut all)?;
    add::<ConfirmPage>(text, &mut all)?;
    add::<CreatedTokenPage>(text, &mut all)?;
    add::<DeleteAccountPage>(text, &mut all)?;
    add::<EditRolePage>(text, &mut all)?;
    add::<ErrorPage>(text, &mut all)?;
    add::<ForgotPasswordPage>(text, &mut all)?;
    add::<GiveRolePage>(text, &mut all)?;
    add::<InvitePage>(text, &mut all)?;
    add::<IdentitiesPage>(text, &mut all)?;
    add::<LeavePage>(text, &mut all)?;
    add::<NewTokenPage>(text, &mut all)?;
    add::<PasswordPage>(text, &mut all)?;
    add::<ProfilePage>(text, &mut all)?;
    add::<RegisterPage>(text, &mut all)?;
    add::<ResetMailPage>(text, &mut all)?;
    add::<ResetPasswordPage>(text, &mut all)?;
    add::<ReviewPage>(text, &mut all)?;
    add::<RolePage>(text, &mut all)?;
    add::<RolesPage>(text, &mut all)?;
    add::<RolloutPage>(text, &mut all)?;
    add::<SessionsPage>(text, &mut all)?;
    add::<SignInAgainPage>(text, &mut all)?;
    add::<SignInPage>(text, &mut all)?;
    add::<TokensPage>(text, &mut all)?;
    add::<UserPage>(text, &mut all)?;
    add::<UserSessionsPage>(text, &mut all)?;
    add::<UsersPage>(text, &mut all)?;
    add::<VerifyEmailPage>(text, &mut all)?;
    Ok(all)
}

fn add<P: Samples>(text: &str, all: &mut Vec<(String, String)>) -> askama::Result<()> {
    for (name, page) in P::samples(text) {
        all.push((format!("{}-{name}", P::NAME), page.render()?));
    }
    Ok(())
}

/// Answers with a page.
pub(crate) fn page(context: &RequestContext, status: StatusCode, page: &impl Template) -> Outcome {
    let html = page.render().map_err(Problem::internal)?;
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    headers::secure(response.headers_mut(), context);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Ok(response)
}

/// Sends the browser on with a GET.
pub(crate) fn redirect(context: &RequestContext, to: &str) -> Outcome {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    headers::secure(response.headers_mut(), context);
    response.headers_mut().insert(LOCATION, HeaderValue::try_from(to).map_err(Problem::internal)?);
    Ok(response)
}

/// Has the browser ask for a sign-in, and come back to `next` after it.
pub(crate) fn redirect_to_sign_in(context: &RequestContext, next: &LocalPath) -> Outcome {
    redirect(context, &with_next("/sign-in", Some(next)))
}

/// Has somebody who is signed in show once more that they are the owner, and come back to `next` after it.
pub(crate) fn redirect_to_sign_in_again(context: &RequestContext, next: &LocalPath) -> Outcome {
    redirect(context, &with_next("/sign-in-again", Some(next)))
}

/// Where to enter one's credentials once more, on the way to `next`: the name of each provider and its address here, from ids and
/// names.
fn provider_links(providers: Vec<(String, String)>, next: Option<&LocalPath>) -> Vec<(String, String)> {
    let link = |(id, name): (String, String)| {
        (name, with_next(&format!("/api/oidc/login?provider={id}&prompt=login"), next))
    };
    providers.into_iter().map(link).collect()
}

/// A path, perhaps with a query, that remembers where to go next.
pub(crate) fn with_next(path: &str, next: Option<&LocalPath>) -> String {
    let query = next.and_then(|next| serde_urlencoded::to_string([("next", next.as_str())]).ok());
    let joint = if path.contains('?') { '&' } else { '?' };
    query.map_or_else(|| path.to_owned(), |query| format!("{path}{joint}{query}"))
}
