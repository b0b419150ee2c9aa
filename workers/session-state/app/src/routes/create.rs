//! `POST /create`: the record of a new session.

use std::sync::Arc;

use api::session_state::CreateRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Request};

use super::{check_ttl, check_version, empty};
use crate::app::App;
use crate::kv::Kv;

pub(super) fn doc() -> Doc {
    Doc::new("Write the record of a new session").takes::<CreateRequest>().gives_nothing(201).fails(&[409])
}

pub(super) async fn handler<K: Kv>(app: Arc<App<K>>, request: Request) -> Outcome {
    let body: CreateRequest = request.json()?;
    check_ttl(body.ttl_seconds)?;
    check_version(&body.session)?;
    app.load(&request.context, body.id).await?.admits(&body.session)?;
    app.write(body.id, &body.session, body.ttl_seconds).await?;
    Ok(empty(StatusCode::CREATED))
}
