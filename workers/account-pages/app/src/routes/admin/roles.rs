use std::sync::Arc;

use accounts::RoleId;
use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};
use rbac::RoleName;
use serde::Deserialize;

use crate::app::App;
use crate::forms;
use crate::reader::Reader;
use crate::routes::refused;
use crate::user_mgmt::{NamedRole, Refusal, UserMgmt};
use crate::views::{ConfirmPage, EditRolePage, Form, page, redirect};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Input {
    name: String,
    description: String,
}

impl Input {
    /// What was entered, and the form that shows it again.
    fn read(request: &Request, id: Option<RoleId>) -> Result<(Self, Form), http_kit::Problem> {
        let input: Self = forms::read(request)?;
        let mut form = EditRolePage::form(id, &input.name, &input.description);
        form.check("name", RoleName::parse(&input.name));
        Ok((input, form))
    }

    fn role(&self) -> NamedRole<'_> {
        NamedRole { name: &self.name, description: &self.description }
    }
}

/// `GET /admin/roles/new`.
pub(super) async fn ask_new<F>(_: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let form = EditRolePage::form(None, "", "");
    page(&request.context, StatusCode::OK, &EditRolePage::create(&reader, form))
}

/// `POST /admin/roles/new`.
pub(super) async fn create<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let (input, form) = Input::read(&request, None)?;
    if form.is_refused() {
        return page(&request.context, StatusCode::BAD_REQUEST, &EditRolePage::create(&reader, form));
    }
    match UserMgmt::new(&app.user_mgmt, &request).create_role(&input.role()).await? {
        Ok(role) => redirect(&request.context, &format!("/admin/roles/{}?notice=created", role.id)),
        Err(refusal) => explain(&request, refusal, form, |form| EditRolePage::create(&reader, form)),
    }
}

/// `GET /admin/roles/:id/edit`.
pub(super) async fn ask_edit<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    match UserMgmt::new(&app.user_mgmt, &request).role(request.param("id")?).await? {
        Ok(role) => {
            let form = EditRolePage::form(Some(role.id), &role.name, &role.description);
            page(&request.context, StatusCode::OK, &EditRolePage::edit(&reader, role.id, form))
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// `POST /admin/roles/:id/edit`.
pub(super) async fn edit<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let id: RoleId = request.param("id")?;
    let (input, form) = Input::read(&request, Some(id))?;
    if form.is_refused() {
        return page(&request.context, StatusCode::BAD_REQUEST, &EditRolePage::edit(&reader, id, form));
    }
    match UserMgmt::new(&app.user_mgmt, &request).update_role(id, &input.role()).await? {
        Ok(()) => redirect(&request.context, &format!("/admin/roles/{id}?notice=renamed")),
        Err(refusal) => explain(&request, refusal, form, |form| EditRolePage::edit(&reader, id, form)),
    }
}

fn explain(
    request: &Request,
    mut refusal: Refusal,
    mut form: Form,
    shown: impl FnOnce(Form) -> EditRolePage,
) -> Outcome {
    if [StatusCode::UNAUTHORIZED, StatusCode::NOT_FOUND].contains(&refusal.status) {
        return refused(request, refusal);
    }
    if refusal.code == "role_name_taken" {
        refusal.field = Some("name".to_owned());
    }
    form.refuse_as(&refusal);
    let shown = page(&request.context, refusal.status, &shown(form));
    refusal.explained_by(shown)
}

/// `GET /admin/roles/:id/delete`: says what will happen.
pub(super) async fn ask_delete<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    match UserMgmt::new(&app.user_mgmt, &request).role(request.param("id")?).await? {
        Ok(role) => {
            let shown = ConfirmPage::role(&reader, Some(&role), ConfirmPage::role_form(role.id));
            page(&request.context, StatusCode::OK, &shown)
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// `POST /admin/roles/:id/delete`.
pub(super) async fn delete<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let id: RoleId = request.param("id")?;
    match UserMgmt::new(&app.user_mgmt, &request).delete_role(id).await? {
        Ok(()) => redirect(&request.context, "/admin/roles?notice=deleted"),
        Err(refusal) if [StatusCode::UNAUTHORIZED, StatusCode::NOT_FOUND].contains(&refusal.status) => {
            refused(&request, refusal)
        }
        Err(refusal) => {
            let mut form = ConfirmPage::role_form(id);
            form.refuse_as(&refusal);
            let shown = page(&request.context, refusal.status, &ConfirmPage::role(&reader, None, form));
            refusal.explained_by(shown)
        }
    }
}
