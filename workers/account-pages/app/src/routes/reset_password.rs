use std::sync::Arc;

use accounts::{NewPassword, OneTimeToken};
use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};
use serde::Deserialize;

use crate::app::App;
use crate::forms;
use crate::user_mgmt::{Refusal, UserMgmt};
use crate::views::{BrokenLinkPage, ResetPasswordPage, page, redirect};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Input {
    token: String,
    password: String,
}

/// `GET /reset-password?token=`: for a forgotten password, and for the first one of an account that an administrator has
/// made. It uses nothing up, since programs that look through mail follow its links.
pub(super) async fn show<F: Fetch>(app: Arc<App<F>>, request: Request) -> Outcome {
    let token = request.query::<String>("token")?.unwrap_or_default();
    if OneTimeToken::parse(&token).is_err() {
        return page(&request.context, StatusCode::BAD_REQUEST, &BrokenLinkPage::of_reset());
    }
    match UserMgmt::new(&app.user_mgmt, &request).password_token(&token).await? {
        Ok(found) => page(&request.context, StatusCode::OK, &ResetPasswordPage::new(&token, &found)),
        Err(refusal) => broken(&request, refusal),
    }
}

/// `POST /reset-password`.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request) -> Outcome {
    let input: Input = forms::read(&request)?;
    let user_mgmt = UserMgmt::new(&app.user_mgmt, &request);
    let refused = match NewPassword::parse(input.password.clone()) {
        Ok(_) => match user_mgmt.set_password(&input.token, &input.password).await? {
            Ok(()) => return redirect(&request.context, "/sign-in?notice=password-set"),
            Err(refusal) if refusal.field.is_some() => refusal.detail,
            Err(refusal) => return broken(&request, refusal),
        },
        Err(error) => error.to_string(),
    };
    match user_mgmt.password_token(&input.token).await? {
        Ok(found) => {
            let mut shown = ResetPasswordPage::new(&input.token, &found);
            shown.form.refuse(Some("password"), &refused);
            page(&request.context, StatusCode::BAD_REQUEST, &shown)
        }
        Err(refusal) => broken(&request, refusal),
    }
}

/// Whatever is wrong with the link, there is one way on.
fn broken(request: &Request, refusal: Refusal) -> Outcome {
    if refusal.status == StatusCode::BAD_REQUEST {
        return page(&request.context, refusal.status, &BrokenLinkPage::of_reset());
    }
    Err(refusal.into_problem())
}
