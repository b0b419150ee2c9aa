//! `PUT /update/{id}`: the record of a session, made anew. It need not be there already.

use std::sync::Arc;

use accounts::TokenHash;
use api::session_state::UpdateRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Request};

use super::{check_ttl, check_version, empty};
use crate::app::App;
use crate::kv::Kv;

pub(super) fn doc() -> Doc {
    Doc::new("Write the record of a session anew").takes::<UpdateRequest>().gives_nothing(204).fails(&[409])
}

pub(super) async fn handler<K: Kv>(app: Arc<App<K>>, request: Request) -> Outcome {
    let id: TokenHash = request.param("id")?;
    let body: UpdateRequest = request.json()?;
    check_ttl(body.ttl_seconds)?;
    check_version(&body.session)?;
    app.load(&request.context, id).await?.admits(&body.session)?;
    app.write(id, &body.session, body.ttl_seconds).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
