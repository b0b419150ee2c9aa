use std::sync::Arc;

use http::StatusCode;
use http::header::SET_COOKIE;
use http_kit::{Fetch, Outcome, Request, clear_session_cookie};
use serde::Deserialize;

use super::sign_in_again::own_providers;
use super::{notice, refused};
use crate::app::App;
use crate::forms;
use crate::reader::Reader;
use crate::user_mgmt::UserMgmt;
use crate::views::{DeleteAccountPage, Proof, page, redirect};

pub(super) const PATH: &str = "/delete-account";
/// What comes back from a sign-in that shows who asks.
const SIGNED_IN: &str = "signed-in";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Input {
    password: String,
}

/// `GET /delete-account`: says what will happen, and how to show that it is the owner who asks.
pub(super) async fn show<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let known = [
        (SIGNED_IN, "You have signed in once more. You can delete your account now."),
        (
            "sign-in",
            "Sign in once more first. If you just have, your identity provider does not say so: let a mail be sent.",
        ),
    ];
    let notice = notice(&request, &known)?;
    let proof = if reader.user.has_password {
        Proof::Password
    } else if request.query::<String>("notice")?.as_deref() == Some(SIGNED_IN) {
        Proof::Given
    } else {
        match own_providers(&app, &request).await? {
            Ok(providers) => Proof::SignIn(providers),
            Err(refusal) => return refused(&request, refusal),
        }
    };
    let form = DeleteAccountPage::form(&proof);
    page(&request.context, StatusCode::OK, &DeleteAccountPage::new(&reader, proof, form, notice))
}

/// `POST /delete-account`.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let input: Input = forms::read(&request)?;
    let has_password = reader.user.has_password;
    let proof = if has_password { Proof::Password } else { Proof::Given };
    let mut form = DeleteAccountPage::form(&proof);
    if has_password && input.password.is_empty() {
        form.refuse(Some("password"), "enter your password");
        let shown = DeleteAccountPage::new(&reader, proof, form, None);
        return page(&request.context, StatusCode::BAD_REQUEST, &shown);
    }
    let password = has_password.then_some(input.password.as_str());
    match UserMgmt::new(&app.user_mgmt, &request).delete_account(password).await? {
        Ok(()) => {
            let mut response = redirect(&request.context, "/sign-in?notice=deleted")?;
            response.headers_mut().append(SET_COOKIE, clear_session_cookie());
            Ok(response)
        }
        Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED => refused(&request, refusal),
        Err(refusal) if refusal.code == "recent_sign_in_required" => {
            redirect(&request.context, "/delete-account?notice=sign-in")
        }
        Err(refusal) => {
            form.refuse_as(&refusal);
            let shown = DeleteAccountPage::new(&reader, proof, form, None);
            let shown = page(&request.context, refusal.status, &shown);
            refusal.explained_by(shown)
        }
    }
}
