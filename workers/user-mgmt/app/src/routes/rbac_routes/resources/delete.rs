//! `DELETE /rbac/resources/:type/:id`: searches don't find this resource any more.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Request};
use rbac::Allowed;
use serde_json::json;
use store::audit::Action;
use store::{access_resources, guard};

use super::Resource;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::{no_content, no_such};
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Take a resource out of searches").gives_nothing(204)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let resource = Resource::of(&request)?;
    if !resource.is_known(&app.db).await? {
        return Err(no_such("resource"));
    }
    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::access_resource_exists(&resource.kind, &resource.id));
    change.push(access_resources::delete(&resource.kind, &resource.id));
    change.commit(Event::new(Action::ResourceRemoved, &resource, json!({}))).await?;
    no_content()
}
