//! `POST /revoke`: sessions are over. Safe to repeat; where a part fails, the whole is to be repeated.

use std::sync::Arc;

use api::session_state::RevokeRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Request};

use super::{check_count, empty};
use crate::app::App;
use crate::kv::Kv;

pub(super) fn doc() -> Doc {
    Doc::new("End sessions").takes::<RevokeRequest>().gives_nothing(204)
}

pub(super) async fn handler<K: Kv>(app: Arc<App<K>>, request: Request) -> Outcome {
    let body: RevokeRequest = request.json()?;
    check_count(&body.ids)?;
    app.revoke(body.ids).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
