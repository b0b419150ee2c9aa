//! `DELETE /rbac/permissions/:id`: an entry that is not built in and that no role grants.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Problem, Request};
use rbac::Allowed;
use serde_json::json;
use store::audit::Action;
use store::{StoreError, guard, permissions};

use super::super::find_permission;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::no_content;
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Remove a permission from the catalogue").gives_nothing(204).fails(&[409])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let before = find_permission(&app.db, request.param("id")?).await?;
    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::permission_exists(before.id));
    change.push(permissions::delete(before.id));
    let details = json!({ "before": {
        "name": before.name, "description": before.description, "application": before.application
    } });
    let event = Event::new(Action::PermissionDeleted, before.id, details);
    change.try_commit(event).await.map_err(|error| match error {
        StoreError::ForeignKey => Problem::conflict(
            "permission_in_use",
            "roles still grant this permission; take it from them first",
        ),
        error => store_problem(&error),
    })?;
    no_content()
}
