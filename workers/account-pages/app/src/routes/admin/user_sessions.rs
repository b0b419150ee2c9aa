use std::sync::Arc;

use accounts::{SessionId, UserId};
use api::Cursor;
use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};

use crate::app::App;
use crate::reader::Reader;
use crate::routes::{notice, refused};
use crate::user_mgmt::UserMgmt;
use crate::views::{ConfirmPage, UserSessionsPage, page, redirect};

/// `GET /admin/users/:id/sessions`.
pub(super) async fn list<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let notice = notice(&request, &[("ended", "That session is over.")])?;
    let id: UserId = request.param("id")?;
    let from: Cursor = request.query("cursor")?.unwrap_or_default();
    match UserMgmt::new(&app.user_mgmt, &request).sessions_of(id, &from).await? {
        Ok(sessions) => {
            let shown = UserSessionsPage::new(&reader, id, sessions, notice);
            page(&request.context, StatusCode::OK, &shown)
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// `GET /admin/users/:id/sessions/:sessionId/end`: says what will happen.
pub(super) async fn ask<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let (user, id): (UserId, SessionId) = (request.param("id")?, request.param("sessionId")?);
    match UserMgmt::new(&app.user_mgmt, &request).sessions_of(user, &Cursor::default()).await? {
        Ok(sessions) => {
            // One from further back in the list is described less, and ended all the same.
            let session = sessions.items.into_iter().find(|session| session.id == id);
            let shown = ConfirmPage::session_of(&reader, user, id, session.as_ref());
            page(&request.context, StatusCode::OK, &shown)
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// `POST /admin/users/:id/sessions/:sessionId/end`. One that has ended already is over, which is what was asked for.
pub(super) async fn end<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let (user, id): (UserId, SessionId) = (request.param("id")?, request.param("sessionId")?);
    match UserMgmt::new(&app.user_mgmt, &request).end_session_of(user, id).await? {
        Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED => refused(&request, refusal),
        Err(refusal) if refusal.status != StatusCode::NOT_FOUND => {
            let mut form = ConfirmPage::session_of_form(user, id);
            form.refuse_as(&refusal);
            let shown = ConfirmPage::session_of_refused(&reader, form);
            let shown = page(&request.context, refusal.status, &shown);
            refusal.explained_by(shown)
        }
        _ => redirect(&request.context, &format!("/admin/users/{user}/sessions?notice=ended")),
    }
}
