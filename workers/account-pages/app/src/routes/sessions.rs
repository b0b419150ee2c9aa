use std::sync::Arc;

use accounts::SessionId;
use api::Cursor;
use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};

use super::{notice, refused};
use crate::app::App;
use crate::reader::Reader;
use crate::user_mgmt::UserMgmt;
use crate::views::{ConfirmPage, SessionsPage, page, redirect};

pub(super) const END_OTHERS: &str = "/sessions/end-others";

/// `GET /sessions`.
pub(super) async fn list<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let ended = [
        ("ended", "That session is over."),
        ("others-ended", "Everywhere else this account was signed out."),
    ];
    let notice = notice(&request, &ended)?;
    let from: Cursor = request.query("cursor")?.unwrap_or_default();
    match UserMgmt::new(&app.user_mgmt, &request).sessions(&from).await? {
        Ok(sessions) => page(&request.context, StatusCode::OK, &SessionsPage::new(&reader, sessions, notice)),
        Err(refusal) => refused(&request, refusal),
    }
}

/// `GET /sessions/:id/end`: says what will happen.
pub(super) async fn ask<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let id: SessionId = request.param("id")?;
    match UserMgmt::new(&app.user_mgmt, &request).sessions(&Cursor::default()).await? {
        Ok(sessions) => {
            // One from further back in the list is described less, and ended all the same.
            let session = sessions.items.into_iter().find(|session| session.id == id);
            page(&request.context, StatusCode::OK, &ConfirmPage::session(&reader, id, session.as_ref()))
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// `POST /sessions/:id/end`. One that has ended already is over, which is what was asked for.
pub(super) async fn end<F: Fetch>(app: Arc<App<F>>, request: Request, _: Reader) -> Outcome {
    match UserMgmt::new(&app.user_mgmt, &request).end_session(request.param("id")?).await? {
        Err(refusal) if refusal.status != StatusCode::NOT_FOUND => refused(&request, refusal),
        _ => redirect(&request.context, "/sessions?notice=ended"),
    }
}

/// `GET /sessions/end-others`: says what will happen.
pub(super) async fn ask_others<F>(_: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    page(&request.context, StatusCode::OK, &ConfirmPage::other_sessions(&reader))
}

/// `POST /sessions/end-others`.
pub(super) async fn end_others<F: Fetch>(app: Arc<App<F>>, request: Request, _: Reader) -> Outcome {
    match UserMgmt::new(&app.user_mgmt, &request).end_other_sessions().await? {
        Ok(()) => redirect(&request.context, "/sessions?notice=others-ended"),
        Err(refusal) => refused(&request, refusal),
    }
}
