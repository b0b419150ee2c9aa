use std::sync::Arc;

use accounts::OneTimeToken;
use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};
use serde::Deserialize;

use crate::app::App;
use crate::forms;
use crate::user_mgmt::UserMgmt;
use crate::views::{BrokenLinkPage, VerifyEmailPage, page, redirect};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Input {
    token: String,
}

/// `GET /verify-email?token=`: asks nobody and changes nothing, since programs that look through mail follow its links.
pub(super) async fn show<F>(_: Arc<App<F>>, request: Request) -> Outcome {
    let token = request.query::<String>("token")?.unwrap_or_default();
    if OneTimeToken::parse(&token).is_err() {
        return page(&request.context, StatusCode::BAD_REQUEST, &BrokenLinkPage::of_verification());
    }
    page(&request.context, StatusCode::OK, &VerifyEmailPage::new(&token))
}

/// `POST /verify-email`.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request) -> Outcome {
    let input: Input = forms::read(&request)?;
    match UserMgmt::new(&app.user_mgmt, &request).verify_email(&input.token).await? {
        Ok(()) => redirect(&request.context, "/sign-in?notice=verified"),
        Err(refusal) if refusal.status == StatusCode::BAD_REQUEST => {
            page(&request.context, refusal.status, &BrokenLinkPage::of_verification())
        }
        Err(refusal) => Err(refusal.into_problem()),
    }
}
