//! `GET /sessions`: where one is signed in.

use std::sync::Arc;

use api::{Cursor, Limit, Page};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use store::sessions;

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("One's own live sessions, the newest first").gives::<Page<api::Session>>(200);
    doc.query("limit", "1 to 100; 50 if absent").query("cursor", "from the page before")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { session: current, caller }: SignedIn,
) -> Outcome {
    let limit: Limit = request.query("limit")?.unwrap_or_default();
    let cursor: Cursor = request.query("cursor")?.unwrap_or_default();
    let (limits, now) = (&app.config.session_limits, app.runtime.now());
    let rows = sessions::list(caller.user_id(), limits, now, cursor.key(), limit.and_one());
    let rows = rows.all(&app.db).await.map_err(|error| store_problem(&error))?;
    let rows: Vec<_> = rows.into_iter().map(|session| (session.id.to_string(), session)).collect();
    let item = |(_, session): (_, sessions::Listed)| api::Session {
        id: session.id,
        user_agent: session.user_agent,
        created_at: session.created_at.into(),
        last_seen_at: session.last_seen_at.into(),
        expires_at: session.expires_at.into(),
        current: session.id == current.id,
    };
    json(StatusCode::OK, &Page::of(rows, limit, |(id, _)| id, item))
}
