use std::sync::Arc;

use accounts::NewPassword;
use http::StatusCode;
use http::header::SET_COOKIE;
use http_kit::{Fetch, Outcome, Request};
use serde::Deserialize;

use super::notice;
use crate::app::App;
use crate::forms;
use crate::mount::here;
use crate::reader::Reader;
use crate::user_mgmt::{PasswordChange, UserMgmt};
use crate::views::{PasswordPage, page, redirect, redirect_to_sign_in};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Input {
    current_password: String,
    new_password: String,
}

/// `GET /password`.
pub(super) async fn show<F>(_: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    if !reader.user.has_password {
        return page(&request.context, StatusCode::OK, &PasswordPage::without(&reader));
    }
    let changed = ("changed", "Your password is changed. Everywhere else this account was signed out.");
    let notice = notice(&request, &[changed])?;
    page(
        &request.context,
        StatusCode::OK,
        &PasswordPage::new(&reader, PasswordPage::form(&reader.user), notice),
    )
}

/// `POST /password`.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let input: Input = forms::read(&request)?;
    let mut form = PasswordPage::form(&reader.user);
    if input.current_password.is_empty() {
        form.refuse(Some("currentPassword"), "enter your present password");
    }
    let new = form.check("newPassword", NewPassword::parse(input.new_password.clone()));
    if let Some(new) = new {
        form.check("newPassword", new.check_against(&reader.user.username));
    }
    if form.is_refused() {
        return page(&request.context, StatusCode::BAD_REQUEST, &PasswordPage::new(&reader, form, None));
    }
    let change =
        PasswordChange { current_password: &input.current_password, new_password: &input.new_password };
    match UserMgmt::new(&app.user_mgmt, &request).change_password(&change).await? {
        Ok(cookies) => {
            let mut response = redirect(&request.context, "/password?notice=changed")?;
            for cookie in cookies {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED => {
            redirect_to_sign_in(&request.context, &here(&request))
        }
        Err(refusal) => {
            form.refuse_as(&refusal);
            let shown = page(&request.context, refusal.status, &PasswordPage::new(&reader, form, None));
            refusal.explained_by(shown)
        }
    }
}
