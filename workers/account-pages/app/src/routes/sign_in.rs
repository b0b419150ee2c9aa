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
    if UserMgmt::new(&app.user_mgmt, &request).load_user().await?.is_some() {
        return enter(&request, next, Cookies::new());
    }
    let notice = notice(&request, &NOTICES)?.or(next.is_some().then_some("Sign in to go on."));
    let form = SignInPage::form("", next.as_ref());
    page(&request.context, StatusCode::OK, &SignInPage::new(form, next.as_ref(), notice))
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
    if form.is_refused() {
        return page(&request.context, StatusCode::BAD_REQUEST, &SignInPage::new(form, next.as_ref(), None));
    }
    let credentials = Credentials { username: &input.username, password: &input.password };
    match UserMgmt::new(&app.user_mgmt, &request).login(&credentials).await? {
        Ok(cookies) => enter(&request, next, cookies),
        Err(refusal) => {
            form.refuse_as(&refusal);
            let mut shown = SignInPage::new(form, next.as_ref(), None);
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
