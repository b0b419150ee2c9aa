//! `GET /v1/admin/audit`: what was done, the newest first; by pages, or exported whole.

use std::sync::Arc;

use api::{AuditEvent, Page};
use http_kit::{Doc, Outcome, Request};
use rbac::Allowed;
use store::audit;

use super::export::{Format, export};
use super::{filter, to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::paging::{Paging, paged};

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("The audit log, the newest events first").gives::<Page<AuditEvent>>(200);
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
    let rows = |after: &str, limit| audit::page(&filter, after, limit);
    paging.answer(&app.db, rows, |event| event.id.clone(), to_api).await
}
