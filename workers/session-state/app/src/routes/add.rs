//! `PATCH /add/{id}`: sets fields of a record and leaves the others.

use std::sync::Arc;

use accounts::TokenHash;
use api::session_state::AddRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request};

use super::{check_ttl, empty};
use crate::app::App;
use crate::kv::Kv;

pub(super) fn doc() -> Doc {
    Doc::new("Set fields of a record").takes::<AddRequest>().gives_nothing(204).fails(&[409])
}

pub(super) async fn handler<K: Kv>(app: Arc<App<K>>, request: Request) -> Outcome {
    let id: TokenHash = request.param("id")?;
    let body: AddRequest = request.json()?;
    check_ttl(body.ttl_seconds)?;
    let stored = app.load(&request.context, id).await?;
    stored.not_revoked()?;
    let mut record = stored.live(app.runtime.now()).ok_or_else(Problem::not_found)?;
    record.first_name = body.first_name.or(record.first_name);
    record.last_name = body.last_name.or(record.last_name);
    app.write(id, &record, body.ttl_seconds).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
