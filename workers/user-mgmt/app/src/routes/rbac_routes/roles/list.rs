//! `GET /rbac/roles`.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Request};
use rbac::Allowed;
use store::roles;

use super::super::role_to_api;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::paging::{Paging, list_doc};

pub(in crate::routes) fn doc() -> Doc {
    list_doc::<api::Role>("Roles by name")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let paging = Paging::asked(&request)?;
    paging.answer(&app.db, roles::list, |role| role.name.clone(), role_to_api).await
}
