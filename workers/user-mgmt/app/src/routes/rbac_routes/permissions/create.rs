//! `POST /rbac/permissions`: an entry of the catalogue that no application registers, such as one with a wildcard.

use std::sync::Arc;

use accounts::PermissionId;
use api::CreatePermissionRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::Allowed;
use serde_json::json as object;
use store::audit::Action;
use store::permissions;

use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Add a permission to the catalogue").takes::<CreatePermissionRequest>();
    doc.gives::<api::Permission>(201).fails(&[409])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let body: CreatePermissionRequest = request.json()?;
    let id = PermissionId::generate(&*app.runtime, &*app.runtime);
    let mut change = Change::by(&app, &request, &allowed);
    change.push(permissions::insert(id, &body.name, body.description.as_str(), change.now()));
    let event = Event::new(
        Action::PermissionCreated,
        id,
        object!({ "after": { "name": body.name, "description": body.description } }),
    );
    change.try_commit(event).await.map_err(|error| {
        if error.is_conflict("permissions", "name") {
            Problem::conflict("permission_taken", "this permission is in the catalogue already")
        } else {
            store_problem(&error)
        }
    })?;
    let created = api::Permission {
        id,
        name: body.name.to_string(),
        description: body.description.as_str().to_owned(),
        application: None,
        system: false,
    };
    json(StatusCode::CREATED, &created)
}
