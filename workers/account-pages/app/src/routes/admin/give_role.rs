use std::sync::Arc;

use accounts::UserId;
use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};
use serde::Deserialize;

use crate::app::App;
use crate::forms;
use crate::reader::Reader;
use crate::routes::refused;
use crate::user_mgmt::UserMgmt;
use crate::views::{GiveRolePage, page, redirect};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Input {
    role_id: String,
}

/// `GET /admin/users/:id/give-role`.
pub(super) async fn show<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let id: UserId = request.param("id")?;
    match UserMgmt::new(&app.user_mgmt, &request).roles().await? {
        Ok(roles) => {
            let form = GiveRolePage::form(id, roles.items);
            page(&request.context, StatusCode::OK, &GiveRolePage::new(&reader, form))
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// `POST /admin/users/:id/give-role`.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request, _: Reader) -> Outcome {
    let id: UserId = request.param("id")?;
    let input: Input = forms::read(&request)?;
    match UserMgmt::new(&app.user_mgmt, &request).give_role(id, &input.role_id).await? {
        Ok(()) => redirect(&request.context, &format!("/admin/users/{id}?notice=role-given")),
        // The list of roles would be a call too many here; what is wrong is said where the role was to be seen.
        Err(refusal) if refusal.code == "exceeds_own_grants" => {
            redirect(&request.context, &format!("/admin/users/{id}?notice=role-beyond"))
        }
        Err(refusal) => refused(&request, refusal),
    }
}
