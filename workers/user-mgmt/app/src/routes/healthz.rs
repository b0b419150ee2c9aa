//! `GET /healthz`: the worker runs and the database answers.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Request, json};
use store::health;

use crate::app::{App, Platform};
use crate::services::problems::store_problem;

pub(super) fn doc() -> Doc {
    Doc::new("Whether the worker and its database are up").gives::<Health>(200)
}

/// The answer while all is well; the alternative is a problem.
#[derive(serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(super) struct Health {
    /// Always `ok`.
    status: &'static str,
}

pub(super) async fn handler<P: Platform>(app: Arc<App<P>>, _: Request) -> Outcome {
    health::ping().run(&app.db).await.map_err(|error| store_problem(&error))?;
    json(http::StatusCode::OK, &Health { status: "ok" })
}
