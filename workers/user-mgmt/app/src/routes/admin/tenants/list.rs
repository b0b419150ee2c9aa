//! `GET /v1/admin/tenants`.

use std::sync::Arc;

use api::{Cursor, Limit, Page};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;
use store::tenants;

use super::to_api;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Tenants by name").gives::<Page<api::Tenant>>(200);
    doc.query("limit", "1 to 100; 50 if absent").query("cursor", "from the page before")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let limit: Limit = request.query("limit")?.unwrap_or_default();
    let cursor: Cursor = request.query("cursor")?.unwrap_or_default();
    let rows = tenants::list(cursor.key(), limit.and_one()).all(&app.db).await;
    let rows = rows.map_err(|error| store_problem(&error))?;
    json(StatusCode::OK, &Page::of(rows, limit, |tenant| &tenant.name, to_api))
}
