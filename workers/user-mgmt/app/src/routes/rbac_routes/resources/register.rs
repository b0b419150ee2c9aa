//! `PUT /rbac/resources/:type/:id`: searches find this resource from now on.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Request};
use rbac::Allowed;
use serde_json::json;
use store::access_resources;
use store::audit::Action;

use super::Resource;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::no_content;
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Make a resource known to searches").gives_nothing(204)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let resource = Resource::of(&request)?;
    if resource.is_known(&app.db).await? {
        return no_content();
    }
    let mut change = Change::by(&app, &request, &allowed);
    change.push(access_resources::insert(&resource.kind, &resource.id, change.now()));
    let event = Event::new(Action::ResourceRegistered, &resource, json!({}));
    match change.try_commit(event).await {
        // Somebody else was quicker with the same.
        Err(error) if error.is_conflict("access_resources", "type") => no_content(),
        Err(error) => Err(store_problem(&error)),
        Ok(_) => no_content(),
    }
}
