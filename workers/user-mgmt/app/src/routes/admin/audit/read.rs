//! `GET /v1/admin/audit`: what was done, the newest first; by pages, or exported whole.

use std::sync::Arc;

use api::{AuditEvent, Page};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;
use store::audit;

use super::export::{Format, export};
use super::{filter, to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::paging::{Paging, paged};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    let summary = "The audit log, the newest events first; a page may have fewer than `limit`, and is the last one without `nextCursor`";
    let doc = Doc::new(summary).gives::<Page<AuditEvent>>(200);
    paged(filter::describe(doc))
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
    let paging = Paging::asked(&request)?;
    let page = audit::page(&app.db, &filter, paging.cursor.key(), paging.limit.get()).await;
    let page = page.map_err(|error| store_problem(&error))?;
    json(StatusCode::OK, &Page::followed_by(page.events.into_iter().map(to_api).collect(), page.next))
}
