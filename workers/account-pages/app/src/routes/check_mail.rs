use std::sync::Arc;

use accounts::Email;
use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};
use serde::Deserialize;

use super::{notice, sign_in};
use crate::app::App;
use crate::forms;
use crate::local_path::LocalPath;
use crate::user_mgmt::UserMgmt;
use crate::views::{CheckMailPage, page, redirect, with_next};

/// Where somebody waits for the mail that confirms an address.
pub(super) const PATH: &str = "/register/check-mail";
const SENT: &str = "/register/check-mail?notice=sent";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Input {
    username: String,
    next: String,
}

/// `GET /register/check-mail`.
pub(super) async fn show<F>(_: Arc<App<F>>, request: Request) -> Outcome {
    let next = sign_in::next(&request)?;
    let sent = ("sent", "If that address is waiting to be confirmed, another mail is on its way.");
    let notice = notice(&request, &[sent])?;
    let form = CheckMailPage::form("", next.as_ref());
    page(&request.context, StatusCode::OK, &CheckMailPage::new(form, next.as_ref(), notice))
}

/// `POST /register/check-mail`: the same answer for every address.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request) -> Outcome {
    let input: Input = forms::read(&request)?;
    let next = LocalPath::parse(&input.next);
    let mut form = CheckMailPage::form(&input.username, next.as_ref());
    if form.check("username", Email::parse(&input.username)).is_none() {
        let refused = CheckMailPage::new(form, next.as_ref(), None);
        return page(&request.context, StatusCode::BAD_REQUEST, &refused);
    }
    match UserMgmt::new(&app.user_mgmt, &request).resend_verification(&input.username).await? {
        Ok(()) => redirect(&request.context, &with_next(SENT, next.as_ref())),
        Err(refusal) => {
            form.refuse_as(&refusal);
            let refused = CheckMailPage::new(form, next.as_ref(), None);
            let shown = page(&request.context, refusal.status, &refused);
            refusal.explained_by(shown)
        }
    }
}
