//! `GET /get/{id}`: the cached check. One call to the store, no write, nobody else asked.

use std::sync::Arc;

use accounts::TokenHash;
use api::session_state::GetResponse;
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};

use crate::app::App;
use crate::freshness::freshness;
use crate::kv::Kv;

pub(super) fn doc() -> Doc {
    Doc::new("Read a session, and whether its permissions may be relied on").gives::<GetResponse>(200)
}

pub(super) async fn handler<K: Kv>(app: Arc<App<K>>, request: Request) -> Outcome {
    let id: TokenHash = request.param("id")?;
    let stored = app.load(&request.context, id).await?;
    let (now, epoch) = (app.runtime.now(), stored.epoch);
    let session = stored.live(now).ok_or_else(Problem::not_found)?;
    let freshness = freshness(&session, epoch, now, app.config.permission_max_age);
    json(StatusCode::OK, &GetResponse { freshness, session })
}
