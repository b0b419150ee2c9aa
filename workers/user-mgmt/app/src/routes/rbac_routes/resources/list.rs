//! `GET /rbac/resources/:type`.

use std::sync::Arc;

use api::authzen::FoundEntity;
use api::{Cursor, Limit, Page};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;
use store::access_resources;

use super::Kind;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("The resources of a type that searches find").gives::<Page<FoundEntity>>(200);
    doc.query("limit", "1 to 100; 50 if absent").query("cursor", "from the page before")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let Kind(kind) = request.param("type")?;
    let limit: Limit = request.query("limit")?.unwrap_or_default();
    let cursor: Cursor = request.query("cursor")?.unwrap_or_default();
    let rows = access_resources::list(&kind, cursor.key(), limit.and_one()).all(&app.db).await;
    let rows = rows.map_err(|error| store_problem(&error))?;
    let item = |row: access_resources::AccessResource| FoundEntity { kind: kind.clone(), id: row.id };
    json(StatusCode::OK, &Page::of(rows, limit, |row| &row.id, item))
}
