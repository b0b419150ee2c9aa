//! `GET /v1/admin/audit`: what was done, the newest first; by pages, or exported whole.

use std::sync::Arc;

use api::{AuditEvent, Cursor, Limit, Page};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;
use store::audit;

use super::export::{Format, export};
use super::{filter, to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("The audit log, the newest events first").gives::<Page<AuditEvent>>(200);
    filter::describe(doc).query("limit", "1 to 100; 50 if absent").query("cursor", "from the page before")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    if let Some(format) = Format::asked(&request)? {
        return export(&app, &request, &allowed, format).await;
    }
    let filter = filter::read(&request)?;
    let limit: Limit = request.query("limit")?.unwrap_or_default();
    let cursor: Cursor = request.query("cursor")?.unwrap_or_default();
    let rows = audit::page(&filter, cursor.key(), limit.and_one()).all(&app.db).await;
    let rows = rows.map_err(|error| store_problem(&error))?;
    json(StatusCode::OK, &Page::of(rows, limit, |event| &event.id, to_api))
}
