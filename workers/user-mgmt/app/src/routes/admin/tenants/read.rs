//! `GET /v1/admin/tenants/:id`.

use std::sync::Arc;

use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;

use super::{find, to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("One tenant").gives::<api::Tenant>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let tenant = find(&app.db, request.param("id")?).await?;
    json(StatusCode::OK, &to_api(tenant))
}
