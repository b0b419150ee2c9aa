//! `PATCH /v1/admin/tenants/:id`: its name, and whether its members may sign in.

use std::sync::Arc;

use accounts::{TenantId, TenantStatus};
use api::ChangeTenantRequest;
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::Allowed;
use serde_json::json as object;
use store::audit::Action;
use store::tenants::{self, Tenant};
use store::{Statement, guard};

use super::{find, or_taken, to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::admin::confirmed;
use crate::services::authority::{Excess, refuse_excess_of_stored};
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Rename a tenant, keep its members out, or let them in again")
        .takes::<ChangeTenantRequest>()
        .gives::<api::Tenant>(200)
        .fails(&[409, 422])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let id: TenantId = request.param("id")?;
    let body: ChangeTenantRequest = request.json()?;
    let tenant = find(&app.db, id).await?;
    let name = body.name.filter(|name| name.as_str() != tenant.name);
    let status = body.status.filter(|status| *status != tenant.status);
    if name.is_some() && id == TenantId::DEFAULT {
        return Err(Problem::conflict("default_tenant", "the default tenant keeps its name"));
    }
    let looked_at = match status {
        None => None,
        Some(status) => {
            let looked_at = refuse_excess_of_members(&app, &allowed, &tenant).await?;
            confirmed(body.confirm, || consequence(&tenant, status))?;
            Some(looked_at)
        }
    };
    let mut change = Change::by(&app, &request, &allowed);
    change.extend(looked_at);
    let mut events = Vec::new();
    if let Some(name) = &name {
        change.push(tenants::rename(id, name));
        let details = object!({ "before": { "name": tenant.name }, "after": { "name": name } });
        events.push(Event::new(Action::TenantRenamed, id, details));
    }
    if let Some(status) = status {
        change.push(tenants::set_status(id, status));
        // What is cached about its members is out of date, of however many there are.
        change.matrix_changed();
        let action = match status {
            TenantStatus::Active => Action::TenantReactivated,
            TenantStatus::Suspended => Action::TenantSuspended,
        };
        events.push(Event::new(action, id, object!({ "name": tenant.name, "reason": body.reason })));
    }
    let Some(event) = events.pop() else { return json(StatusCode::OK, &to_api(tenant)) };
    for event in events {
        change.also(event);
    }
    let tenant = change.read(tenants::by_id(id));
    let rows = change.try_commit(event).await.map_err(|error| or_taken(&error))?;
    json(StatusCode::OK, &to_api(tenant.one(rows)?))
}

fn consequence(tenant: &Tenant, status: TenantStatus) -> String {
    let Tenant { name, members, .. } = tenant;
    match status {
        TenantStatus::Active => format!("this lets the {members} members of `{name}` in again"),
        TenantStatus::Suspended => format!("this keeps the {members} members of `{name}` out, at once"),
    }
}

/// Refuses where a member may do more than the caller; gives the condition that nobody there has come to since.
async fn refuse_excess_of_members<P: Platform>(
    app: &App<P>,
    allowed: &Allowed<Caller>,
    tenant: &Tenant,
) -> Result<Statement, Problem> {
    let roles =
        tenants::roles_of_members(tenant.id).all(&app.db).await.map_err(|error| store_problem(&error))?;
    for role in &roles {
        refuse_excess_of_stored(allowed, &role.grants, Excess::Members)?;
    }
    let ids: Vec<_> = roles.into_iter().map(|role| role.id).collect();
    Ok(guard::tenant_has_no_other_roles(tenant.id, &ids))
}
