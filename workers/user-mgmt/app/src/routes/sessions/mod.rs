//! One's own sessions: to see, to end, and to have read anew. An API token does none of it.

use accounts::{SessionId, UserId, device_name};
use http_kit::{Outcome, Request};
use store::sessions::{self, Listed};

use crate::app::{App, Platform};
use crate::routes::paging::Paging;

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
    let paging = Paging::asked(request)?;
    let (limits, now) = (&app.config.session_limits, app.runtime.now());
    let rows = |after: &str, limit| sessions::list(user, limits, now, after, limit);
    let item = |session: Listed| api::Session {
        id: session.id,
        device: device_name(session.user_agent.as_deref()),
        user_agent: session.user_agent,
        created_at: session.created_at.into(),
        last_seen_at: session.last_seen_at.into(),
        expires_at: session.expires_at.into(),
        current: Some(session.id) == current,
    };
    paging.answer(&app.db, rows, |session| session.id.to_string(), item).await
}
