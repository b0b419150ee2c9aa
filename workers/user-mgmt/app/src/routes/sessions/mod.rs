//! One's own sessions: to see, to end, and to have read anew. An API token does none of it.

use accounts::{SessionId, UserId};
use api::{Cursor, Limit, Page};
use http::StatusCode;
use http_kit::{Outcome, Request, json};
use store::sessions::{self, Listed};

use crate::app::{App, Platform};
use crate::services::problems::store_problem;

pub(super) mod delete;
pub(super) mod delete_others;
pub(super) mod list;
pub(super) mod refresh;

/// The page of a user's live sessions that a request asks for; `current` is the one that it was made with.
pub(in crate::routes) async fn page<P: Platform>(
    app: &App<P>,
    request: &Request,
    user: UserId,
    current: Option<SessionId>,
) -> Outcome {
    let limit: Limit = request.query("limit")?.unwrap_or_default();
    let cursor: Cursor = request.query("cursor")?.unwrap_or_default();
    let (limits, now) = (&app.config.session_limits, app.runtime.now());
    let rows = sessions::list(user, limits, now, cursor.key(), limit.and_one()).all(&app.db).await;
    let rows = rows.map_err(|error| store_problem(&error))?;
    let rows: Vec<_> = rows.into_iter().map(|session| (session.id.to_string(), session)).collect();
    let item = |(_, session): (_, Listed)| api::Session {
        id: session.id,
        user_agent: session.user_agent,
        created_at: session.created_at.into(),
        last_seen_at: session.last_seen_at.into(),
        expires_at: session.expires_at.into(),
        current: Some(session.id) == current,
    };
    json(StatusCode::OK, &Page::of(rows, limit, |(id, _)| id, item))
}
