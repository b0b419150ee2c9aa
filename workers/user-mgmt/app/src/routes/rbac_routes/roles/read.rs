//! `GET /rbac/roles/:id`.

use std::sync::Arc;

use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;

use super::super::{find_role, role_to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("One role").gives::<api::Role>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let found = find_role(&app.db, request.param("id")?).await?;
    json(StatusCode::OK, &role_to_api(found.role))
}
