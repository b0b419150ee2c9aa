//! `POST /invalidate`: records of earlier versions of a user are over. Safe to repeat, in any order.

use std::sync::Arc;

use api::session_state::InvalidateRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Request};

use super::{check_count, empty};
use crate::app::App;
use crate::kv::Kv;

pub(super) fn doc() -> Doc {
    Doc::new("End what is cached of earlier versions of a user")
        .takes::<InvalidateRequest>()
        .gives_nothing(204)
}

pub(super) async fn handler<K: Kv>(app: Arc<App<K>>, request: Request) -> Outcome {
    let body: InvalidateRequest = request.json()?;
    check_count(&body.ids)?;
    app.invalidate(&request.context, body.ids, body.user_version).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
