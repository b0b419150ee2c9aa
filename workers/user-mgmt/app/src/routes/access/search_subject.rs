//! `POST /access/v1/search/subject`: who may do this?

use std::sync::Arc;

use api::authzen::{FoundEntity, SearchResponse, SubjectSearchRequest};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::{Allowed, satisfying};
use store::access;

use super::{SearchPage, body};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::access::{id, name_of, required};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Search for subjects that may do something (OpenID AuthZEN)");
    doc.takes::<SubjectSearchRequest>().gives::<SearchResponse<FoundEntity>>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let body: SubjectSearchRequest = body(&request)?;
    id(&body.resource, "resource")?;
    let required =
        required(&body.resource.kind, &body.action.name).filter(|_| body.subject.kind == FoundEntity::USER);
    let Some(required) = required else {
        return json(StatusCode::OK, &SearchResponse::<FoundEntity> { page: None, results: vec![] });
    };
    let page = SearchPage::read(&body.page, required.to_string())?;
    let query = access::holders(required.resource(), &satisfying(&required), &page.after, page.and_one());
    let mut rows = query.all(&app.db).await.map_err(|error| store_problem(&error))?;
    let page = page.cut(&mut rows, |holder| holder.id.to_string());
    let domain = app.config.authzen_subject_domain.as_ref();
    let results = rows.iter().map(|holder| name_of(holder.id, &holder.email, domain)).collect();
    json(StatusCode::OK, &SearchResponse { page: Some(page), results })
}
