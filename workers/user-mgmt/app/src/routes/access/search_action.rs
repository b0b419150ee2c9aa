//! `POST /access/v1/search/action`: what may this subject do to this resource? Everything that the catalogue knows for its
//! type and a role of the subject gives, on one page.

use std::sync::Arc;

use api::authzen::{ActionSearchRequest, FoundAction, SearchResponse};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::{Allowed, GrantSet, Permission, has_permission};
use store::{access, user_roles};

use super::body;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::access::{find_one, id, subject};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Search for what a subject may do to a resource (OpenID AuthZEN)");
    doc.takes::<ActionSearchRequest>().gives::<SearchResponse<FoundAction>>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let body: ActionSearchRequest = body(&request)?;
    let named = subject(&body.subject, app.config.authzen_subject_domain.as_ref())?;
    id(&body.resource, "resource")?;
    let found = find_one(&app.db, &named).await?.filter(|subject| subject.active);
    let Some(user) = found else {
        return json(StatusCode::OK, &SearchResponse::<FoundAction> { page: None, results: vec![] });
    };
    let entries =
        access::actions(&body.resource.kind).all(&app.db).await.map_err(|error| store_problem(&error))?;
    let held = user_roles::effective(user.id).all(&app.db).await.map_err(|error| store_problem(&error))?;
    let (granted, _) = GrantSet::from_stored(held.iter().map(|held| &held.name));
    let results = entries
        .iter()
        .filter_map(|entry| Permission::parse(&entry.name).ok())
        .filter(|permission| has_permission(&granted, permission))
        .map(|permission| FoundAction { name: permission.action().to_owned() })
        .collect();
    json(StatusCode::OK, &SearchResponse { page: None, results })
}
