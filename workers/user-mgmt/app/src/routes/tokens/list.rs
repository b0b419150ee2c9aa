//! `GET /tokens`.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Request};
use store::api_tokens;

use super::to_api;
use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::routes::paging::{Paging, list_doc};

pub(in crate::routes) fn doc() -> Doc {
    list_doc::<api::ApiToken>("One's own API tokens, the newest first")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { caller, .. }: SignedIn,
) -> Outcome {
    let paging = Paging::asked(&request)?;
    let rows = |after: &str, limit| api_tokens::list(caller.user_id(), after, limit);
    paging.answer(&app.db, rows, |token| token.id.to_string(), to_api).await
}
