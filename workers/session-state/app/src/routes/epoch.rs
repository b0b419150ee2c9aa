//! `PUT /epoch`: permissions that were read at an earlier epoch are stale.

use std::sync::Arc;

use api::session_state::EpochRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Request};

use super::empty;
use crate::app::App;
use crate::kv::Kv;

pub(super) fn doc() -> Doc {
    Doc::new("Raise the epoch of the role data").takes::<EpochRequest>().gives_nothing(204)
}

pub(super) async fn handler<K: Kv>(app: Arc<App<K>>, request: Request) -> Outcome {
    let body: EpochRequest = request.json()?;
    app.raise_epoch(&request.context, body.epoch).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
