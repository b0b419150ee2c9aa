//! `GET /rbac/roles/:id/permissions`.

use std::sync::Arc;

use accounts::RoleId;
use api::RolePermissions;
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::Allowed;
use store::role_permissions;

use super::super::{find_role, permission_to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("What a role grants").gives::<RolePermissions>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let id = request.param("id")?;
    find_role(&app.db, id).await?;
    json(StatusCode::OK, &granted(&app, id).await?)
}

/// What a role grants, as the API says it.
pub(super) async fn granted<P: Platform>(app: &App<P>, id: RoleId) -> Result<RolePermissions, Problem> {
    let rows = role_permissions::list(id).all(&app.db).await.map_err(|error| store_problem(&error))?;
    Ok(RolePermissions { items: rows.into_iter().map(permission_to_api).collect() })
}
