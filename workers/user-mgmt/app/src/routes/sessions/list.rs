//! `GET /sessions`: where one is signed in.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Request};

use super::page;
use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::routes::paging::list_doc;

pub(in crate::routes) fn doc() -> Doc {
    list_doc::<api::Session>("One's own live sessions, the newest first")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { session: current, caller }: SignedIn,
) -> Outcome {
    page(&app, &request, caller.user_id(), Some(current.id)).await
}
