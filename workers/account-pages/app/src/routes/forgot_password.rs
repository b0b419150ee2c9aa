use std::sync::Arc;

use accounts::Email;
use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};
use serde::Deserialize;

use super::sign_in;
use crate::app::App;
use crate::forms;
use crate::local_path::LocalPath;
use crate::user_mgmt::UserMgmt;
use crate::views::{ForgotPasswordPage, ResetMailPage, page, redirect, with_next};

/// Where somebody waits for the mail that sets a new password.
pub(super) const CHECK_MAIL: &str = "/forgot-password/check-mail";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Input {
    username: String,
    next: String,
}

/// `GET /forgot-password`.
pub(super) async fn show<F>(_: Arc<App<F>>, request: Request) -> Outcome {
    let next = sign_in::next(&request)?;
    let form = ForgotPasswordPage::form("", next.as_ref());
    page(&request.context, StatusCode::OK, &ForgotPasswordPage::new(form, next.as_ref()))
}

/// `POST /forgot-password`: the same answer for every address.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request) -> Outcome {
    let input: Input = forms::read(&request)?;
    let next = LocalPath::parse(&input.next);
    let mut form = ForgotPasswordPage::form(&input.username, next.as_ref());
    if form.check("username", Email::parse(&input.username)).is_none() {
        let refused = ForgotPasswordPage::new(form, next.as_ref());
        return page(&request.context, StatusCode::BAD_REQUEST, &refused);
    }
    match UserMgmt::new(&app.user_mgmt, &request).forgot_password(&input.username).await? {
        Ok(()) => redirect(&request.context, &with_next(CHECK_MAIL, next.as_ref())),
        Err(refusal) => {
            form.refuse_as(&refusal);
            let refused = ForgotPasswordPage::new(form, next.as_ref());
            let shown = page(&request.context, refusal.status, &refused);
            refusal.explained_by(shown)
        }
    }
}

/// `GET /forgot-password/check-mail`.
pub(super) async fn check_mail<F>(_: Arc<App<F>>, request: Request) -> Outcome {
    let next = sign_in::next(&request)?;
    page(&request.context, StatusCode::OK, &ResetMailPage::new(next.as_ref()))
}
