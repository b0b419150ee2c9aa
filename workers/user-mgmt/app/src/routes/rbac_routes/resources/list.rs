//! `GET /rbac/resources/:type`.

use std::sync::Arc;

use api::authzen::FoundEntity;
use http_kit::{Doc, Outcome, Request};
use rbac::Allowed;
use store::access_resources::{self, AccessResource};

use super::Kind;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::paging::{Paging, list_doc};

pub(in crate::routes) fn doc() -> Doc {
    list_doc::<FoundEntity>("The resources of a type that searches find")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let Kind(kind) = request.param("type")?;
    let paging = Paging::asked(&request)?;
    let rows = |after: &str, limit| access_resources::list(&kind, after, limit);
    let item = |row: AccessResource| FoundEntity { kind: kind.clone(), id: row.id };
    paging.answer(&app.db, rows, |row| row.id.clone(), item).await
}
