//! `POST /sessions/refresh`: the record that a cached check found stale or missing, recomputed and written before it is
//! used.
//!
//! Whoever checks by session-state calls this over the service binding, with the user's own cookie, so it gives nobody
//! more than their cookie does, and it needs no address of its own.

use std::sync::Arc;

use api::session_state::SessionRecord;
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::gate::resolve;
use crate::services::sessions::refresh;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Bring the cached record of this session up to date").gives::<SessionRecord>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    signed_in: SignedIn,
) -> Outcome {
    let (mut record, newest) = refresh(&app, &request, &signed_in).await;
    if !newest {
        // Something changed since it was read: read once more, which may show that the session is over.
        let signed_in = SignedIn::of(resolve(&app, &request).await?)?;
        (record, _) = refresh(&app, &request, &signed_in).await;
    }
    json(StatusCode::OK, &record)
}
