//! `GET /rbac/permissions`.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Request};
use rbac::Allowed;
use store::permissions;

use super::super::permission_to_api;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::paging::{Paging, list_doc};

pub(in crate::routes) fn doc() -> Doc {
    list_doc::<api::Permission>("The permission catalogue by name")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let paging = Paging::asked(&request)?;
    paging.answer(&app.db, permissions::list, |permission| permission.name.clone(), permission_to_api).await
}
