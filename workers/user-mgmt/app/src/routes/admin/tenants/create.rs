//! `POST /v1/admin/tenants`.

use std::sync::Arc;

use accounts::TenantId;
use api::CreateTenantRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;
use serde_json::json as object;
use store::audit::Action;
use store::tenants;

use super::{or_taken, to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Create a tenant").takes::<CreateTenantRequest>().gives::<api::Tenant>(201).fails(&[409])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let CreateTenantRequest { name } = request.json()?;
    let id = TenantId::generate(&*app.runtime, &*app.runtime);
    let mut change = Change::by(&app, &request, &allowed);
    change.push(tenants::insert(id, &name, change.now()));
    let event = Event::new(Action::TenantCreated, id, object!({ "after": { "name": name } }));
    let tenant = change.read(tenants::by_id(id));
    let rows = change.try_commit(event).await.map_err(|error| or_taken(&error))?;
    json(StatusCode::CREATED, &to_api(tenant.one(rows)?))
}
