//! `GET /healthz`: the worker runs and both namespaces answer.

use std::sync::Arc;

use futures_util::future::try_join;
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use serde_json::{Value, json as object};

use crate::app::App;
use crate::keys;
use crate::kv::Kv;

pub(super) fn doc() -> Doc {
    Doc::new("Whether the worker and its store are up").gives::<Value>(200)
}

pub(super) async fn handler<K: Kv>(app: Arc<App<K>>, _: Request) -> Outcome {
    let any = [keys::EPOCH.to_owned()];
    try_join(app.sessions.get(&any), app.cache.get(&any)).await.map_err(Problem::unavailable)?;
    json(StatusCode::OK, &object!({ "status": "ok" }))
}
