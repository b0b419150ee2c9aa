//! `GET /rbac/users/:userId/permissions`: what a user may do, and which role gives it.

use std::sync::Arc;

use api::{EffectivePermission, EffectivePermissions};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::{Allowed, Grant};
use store::user_roles;

use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::users::find;
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("What a user may do, and which role gives it").gives::<EffectivePermissions>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let user = find(&app.db, request.param("userId")?).await?;
    let rows = user_roles::effective(user.id).all(&app.db).await.map_err(|error| store_problem(&error))?;
    let items = rows
        .into_iter()
        // A stored grant that can't be read grants nothing.
        .filter(|row| Grant::parse(&row.name).is_ok())
        .map(|row| EffectivePermission { name: row.name, roles: row.roles })
        .collect();
    json(StatusCode::OK, &EffectivePermissions { items })
}
