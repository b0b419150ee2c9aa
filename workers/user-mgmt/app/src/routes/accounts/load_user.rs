//! `GET /load-user`: who is signed in, and what they may do.

use std::sync::Arc;

use api::LoadUser;
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};

use crate::app::{App, Platform};
use crate::caller::Caller;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Who is signed in").gives::<LoadUser>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(_: Arc<App<P>>, _: Request, caller: Caller) -> Outcome {
    json(StatusCode::OK, &caller.load_user())
}
