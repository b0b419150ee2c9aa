//! `GET /sessions`: where one is signed in.

use std::sync::Arc;

use api::Page;
use http_kit::{Doc, Outcome, Request};

use super::page;
use crate::app::{App, Platform};
use crate::caller::SignedIn;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("One's own live sessions, the newest first").gives::<Page<api::Session>>(200);
    doc.query("limit", "1 to 100; 50 if absent").query("cursor", "from the page before")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { session: current, caller }: SignedIn,
) -> Outcome {
    page(&app, &request, caller.user_id(), Some(current.id)).await
}
