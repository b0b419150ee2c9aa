//! `DELETE /delete/{id}`: a session is over. Whether it was there makes no difference.

use std::sync::Arc;

use accounts::TokenHash;
use http::StatusCode;
use http_kit::{Doc, Outcome, Request};

use super::empty;
use crate::app::App;
use crate::kv::Kv;

pub(super) fn doc() -> Doc {
    Doc::new("End a session").gives_nothing(204)
}

pub(super) async fn handler<K: Kv>(app: Arc<App<K>>, request: Request) -> Outcome {
    app.revoke([request.param::<TokenHash>("id")?]).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
