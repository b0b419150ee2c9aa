use std::sync::Arc;

use accounts::{Email, Password};
use http::StatusCode;
use http::header::SET_COOKIE;
use http_kit::{Fetch, Outcome, Problem, Request};
use serde::Deserialize;

use super::notice;
use crate::app::App;
use crate::forms;
use crate::local_path::LocalPath;
use crate::user_mgmt::{Cookies, Credentials, UserMgmt};
use crate::views::{SignInPage, page, redirect};

const NOTICES: [(&str, &str); 5] = [
    ("registered", "Your account is ready. Sign in to use it."),
    ("verified", "Your e-mail address is confirmed. You can sign in now."),
    ("password-set", "Your password is set. Sign in with it."),
    ("signed-out", "You have signed out."),
    ("deleted", "Your account is deleted."),
];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Input {
    username: String,
    password: String,
    next: String,
}

/// `GET /sign-in`.
pub(super) async fn show<F: Fetch>(app: Arc<App<F>>, request: Request) -> Outcome {
    let next = next(&request)?;
    let user_mgmt = UserMgmt::new(&app.user_mgmt, &request);
    if user_mgmt.load_user().await?.is_some() {
        return enter(&request, next, Cookies::new());
    }
    let notice = notice(&request, &NOTICES)?.or(next.is_some().then_some("Sign in to go on."));
    let mut form = SignInPage::form("", next.as_ref());
    if let Some(code) = request.query::<String>("error")? {
        form.refuse(None, failure(&code));
    }
    let mut shown = SignInPage::new(form, next.as_ref(), notice);
    shown.offer_providers(user_mgmt.providers().await, next.as_ref());
    page(&request.context, StatusCode::OK, &shown)
}

/// Why signing in at an identity provider, or linking an identity, did not work.
pub(super) fn failure(code: &str) -> &'static str {
    match code {
        "oidc_state_invalid" | "oidc_code_invalid" => {
            "that sign-in is over, or began in another browser; start again"
        }
        "oidc_denied" => "you did not sign in there",
        "oidc_unavailable" => "the identity provider does not answer at the moment; try again",
        "oidc_email_not_trusted" => {
            "no account belongs to that identity; sign in with your password and link it on your profile"
        }
        "oidc_not_provisioned" => "there is no account for you yet; ask an administrator for an invitation",
        "oidc_tenant_unknown" => {
            "the organisation that you belong to is not known here; ask an administrator"
        }
        "account_suspended" => "this account is suspended",
        "email_not_verified" => {
            "confirm the e-mail address first: the link is in the mail that was sent to it"
        }
        "identity_taken" => "that identity opens another account; unlink it there first",
        "too_many_requests" => "too many attempts; wait a little and try again",
        _ => "that did not work; try again, or tell whoever runs this site",
    }
}

/// `POST /sign-in`.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request) -> Outcome {
    let input: Input = forms::read(&request)?;
    let next = LocalPath::parse(&input.next);
    let mut form = SignInPage::form(&input.username, next.as_ref());
    form.check("username", Email::parse(&input.username));
    form.check("password", Password::parse(input.password.clone()));
    if input.password.is_empty() {
        form.refuse(Some("password"), "enter your password");
    }
    let user_mgmt = UserMgmt::new(&app.user_mgmt, &request);
    if form.is_refused() {
        let mut shown = SignInPage::new(form, next.as_ref(), None);
        shown.offer_providers(user_mgmt.providers().await, next.as_ref());
        return page(&request.context, StatusCode::BAD_REQUEST, &shown);
    }
    let credentials = Credentials { username: &input.username, password: &input.password };
    match user_mgmt.login(&credentials).await? {
        Ok(cookies) => enter(&request, next, cookies),
        Err(refusal) => {
            form.refuse_as(&refusal);
            let mut shown = SignInPage::new(form, next.as_ref(), None);
            shown.offer_providers(user_mgmt.providers().await, next.as_ref());
            if refusal.code == "email_not_verified" {
                shown.offer_mail(next.as_ref());
            }
            let shown = page(&request.context, refusal.status, &shown);
            refusal.explained_by(shown)
        }
    }
}

/// Where a link to this page says to go afterwards, if that is a place on this site.
pub(super) fn next(request: &Request) -> Result<Option<LocalPath>, Problem> {
    Ok(request.query::<String>("next")?.and_then(|next| LocalPath::parse(&next)))
}

/// Goes on as somebody who is signed in.
pub(super) fn enter(request: &Request, next: Option<LocalPath>, cookies: Cookies) -> Outcome {
    let mut response = redirect(&request.context, next.unwrap_or_else(LocalPath::profile).as_str())?;
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
