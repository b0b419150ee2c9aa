//! `GET /internal/principal`: the strict check of an application that decides by itself. One round trip to the database.

use std::sync::Arc;

use api::internal_api::Principal;
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};

use super::to_api;
use crate::app::{App, Platform};
use crate::gate::resolve_readable;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Who the cookie or API token of a request belongs to, for an application's guard");
    doc.gives::<Principal>(200).fails(&[400, 401])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    let caller = resolve_readable(&app, &request).await?;
    json(StatusCode::OK, &to_api(&caller))
}
