//! `GET /tokens`.

use std::sync::Arc;

use api::{Cursor, Limit, Page};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use store::api_tokens;

use super::to_api;
use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("One's own API tokens, the newest first").gives::<Page<api::ApiToken>>(200);
    doc.query("limit", "1 to 100; 50 if absent").query("cursor", "from the page before")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { caller, .. }: SignedIn,
) -> Outcome {
    let limit: Limit = request.query("limit")?.unwrap_or_default();
    let cursor: Cursor = request.query("cursor")?.unwrap_or_default();
    let rows = api_tokens::list(caller.user_id(), cursor.key(), limit.and_one()).all(&app.db).await;
    let rows = rows.map_err(|error| store_problem(&error))?;
    let rows: Vec<_> = rows.into_iter().map(|token| (token.id.to_string(), token)).collect();
    json(StatusCode::OK, &Page::of(rows, limit, |(id, _)| id, |(_, token)| to_api(token)))
}
