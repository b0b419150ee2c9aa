use std::sync::Arc;

use accounts::Email;
use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};
use serde::Deserialize;

use crate::app::App;
use crate::forms;
use crate::reader::Reader;
use crate::routes::refused;
use crate::routes::register::check_name;
use crate::user_mgmt::{Invitation, UserMgmt};
use crate::views::{InvitePage, page, redirect};

pub(super) const PATH: &str = "/admin/users/invite";

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Input {
    username: String,
    first_name: String,
    last_name: String,
}

/// `GET /admin/users/invite`.
pub(super) async fn show<F>(_: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    page(&request.context, StatusCode::OK, &InvitePage::new(&reader, InvitePage::form("", "", "")))
}

/// `POST /admin/users/invite`.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let input: Input = forms::read(&request)?;
    let mut form = InvitePage::form(&input.username, &input.first_name, &input.last_name);
    form.check("username", Email::parse(&input.username));
    let invitation = Invitation {
        username: &input.username,
        first_name: check_name(&mut form, "firstName", &input.first_name),
        last_name: check_name(&mut form, "lastName", &input.last_name),
    };
    if form.is_refused() {
        return page(&request.context, StatusCode::BAD_REQUEST, &InvitePage::new(&reader, form));
    }
    match UserMgmt::new(&app.user_mgmt, &request).invite(&invitation).await? {
        Ok(user) => redirect(&request.context, &format!("/admin/users/{}?notice=invited", user.id)),
        Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED => refused(&request, refusal),
        Err(refusal) => {
            form.refuse_as(&refusal);
            let shown = page(&request.context, refusal.status, &InvitePage::new(&reader, form));
            refusal.explained_by(shown)
        }
    }
}
