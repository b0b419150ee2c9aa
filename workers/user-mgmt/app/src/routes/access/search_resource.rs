//! `POST /access/v1/search/resource`: to which resources may this subject do this? Roles give all of a type or none; which
//! there are, applications make known with `PUT /rbac/resources/:type/:id`.

use std::sync::Arc;

use api::authzen::{FoundEntity, ResourceSearchRequest, SearchResponse};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;
use store::access_resources;

use super::{SearchPage, body};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::access::{Question, decide, subject};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Search for resources that a subject may do something to (OpenID AuthZEN)");
    doc.takes::<ResourceSearchRequest>().gives::<SearchResponse<FoundEntity>>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let body: ResourceSearchRequest = body(&request)?;
    let named = subject(&body.subject, app.config.authzen_subject_domain.as_ref())?;
    let search = format!(
        "{}:{} {}",
        body.resource.kind,
        body.action.name,
        body.subject.id.as_deref().unwrap_or_default()
    );
    let question = Question::new(named, &body.action, &body.resource);
    let allowed = decide(&app.db, &[question]).await?.iter().any(|decision| decision.decision);
    if !allowed {
        return json(StatusCode::OK, &SearchResponse::<FoundEntity> { page: None, results: vec![] });
    }
    let page = SearchPage::read(&body.page, search)?;
    let kind = body.resource.kind;
    let query = access_resources::list(&kind, &page.after, page.and_one());
    let mut rows = query.all(&app.db).await.map_err(|error| store_problem(&error))?;
    let page = page.cut(&mut rows, |resource| resource.id.clone());
    let results =
        rows.into_iter().map(|resource| FoundEntity { kind: kind.clone(), id: resource.id }).collect();
    json(StatusCode::OK, &SearchResponse { page: Some(page), results })
}
