use std::sync::Arc;

use accounts::{RoleId, UserId};
use http::StatusCode;
use http_kit::{Fetch, Outcome, Problem, Request};

use crate::app::App;
use crate::reader::Reader;
use crate::routes::refused;
use crate::user_mgmt::UserMgmt;
use crate::views::{ConfirmPage, page, redirect};

/// `GET /admin/users/:id/roles/:roleId/take`: says what will happen to whom.
pub(super) async fn ask<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let (id, role): (UserId, RoleId) = (request.param("id")?, request.param("roleId")?);
    match UserMgmt::new(&app.user_mgmt, &request).user(id).await? {
        Ok(user) => {
            let held = user.roles.iter().find(|held| held.id == role).ok_or_else(Problem::not_found)?;
            let form = ConfirmPage::take_role_form(id, role);
            let shown = ConfirmPage::take_role(&reader, Some((&user, &held.name)), form);
            page(&request.context, StatusCode::OK, &shown)
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// `POST /admin/users/:id/roles/:roleId/take`.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let (id, role): (UserId, RoleId) = (request.param("id")?, request.param("roleId")?);
    match UserMgmt::new(&app.user_mgmt, &request).take_role(id, role).await? {
        Ok(()) => redirect(&request.context, &format!("/admin/users/{id}?notice=role-taken")),
        Err(refusal) if [StatusCode::UNAUTHORIZED, StatusCode::NOT_FOUND].contains(&refusal.status) => {
            refused(&request, refusal)
        }
        Err(refusal) => {
            let mut form = ConfirmPage::take_role_form(id, role);
            form.refuse_as(&refusal);
            let shown = page(&request.context, refusal.status, &ConfirmPage::take_role(&reader, None, form));
            refusal.explained_by(shown)
        }
    }
}
