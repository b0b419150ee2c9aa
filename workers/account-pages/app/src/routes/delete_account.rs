use std::sync::Arc;

use http::StatusCode;
use http::header::SET_COOKIE;
use http_kit::{Fetch, Outcome, Request, clear_session_cookie};
use serde::Deserialize;

use crate::app::App;
use crate::forms;
use crate::mount::here;
use crate::reader::Reader;
use crate::user_mgmt::UserMgmt;
use crate::views::{DeleteAccountPage, page, redirect, redirect_to_sign_in};

pub(super) const PATH: &str = "/delete-account";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Input {
    password: String,
}

/// `GET /delete-account`: says what will happen.
pub(super) async fn show<F>(_: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let form = DeleteAccountPage::form();
    page(&request.context, StatusCode::OK, &DeleteAccountPage::new(&reader, form))
}

/// `POST /delete-account`.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let input: Input = forms::read(&request)?;
    let mut form = DeleteAccountPage::form();
    if input.password.is_empty() {
        form.refuse(Some("password"), "enter your password");
        return page(&request.context, StatusCode::BAD_REQUEST, &DeleteAccountPage::new(&reader, form));
    }
    match UserMgmt::new(&app.user_mgmt, &request).delete_account(&input.password).await? {
        Ok(()) => {
            let mut response = redirect(&request.context, "/sign-in?notice=deleted")?;
            response.headers_mut().append(SET_COOKIE, clear_session_cookie());
            Ok(response)
        }
        Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED => {
            redirect_to_sign_in(&request.context, &here(&request))
        }
        Err(refusal) => {
            form.refuse_as(&refusal);
            let shown = page(&request.context, refusal.status, &DeleteAccountPage::new(&reader, form));
            refusal.explained_by(shown)
        }
    }
}
