//! `GET /rbac/roles/:id/permissions`.

use std::sync::Arc;

use api::RolePermissions;
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
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
    let rows = role_permissions::list(id).all(&app.db).await.map_err(|error| store_problem(&error))?;
    json(StatusCode::OK, &RolePermissions { items: rows.into_iter().map(permission_to_api).collect() })
}
