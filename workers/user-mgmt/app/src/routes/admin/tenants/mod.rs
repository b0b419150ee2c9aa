//! Tenants: organisations whose users belong together.

use accounts::TenantId;
use http_kit::Problem;
use store::tenants::{self, Tenant};
use store::{Db, StoreError};

use crate::routes::no_such;
use crate::services::problems::store_problem;

pub(super) mod create;
pub(super) mod list;
pub(super) mod read;
pub(super) mod update;

async fn find(db: &impl Db, id: TenantId) -> Result<Tenant, Problem> {
    tenants::by_id(id)
        .first(db)
        .await
        .map_err(|error| store_problem(&error))?
        .ok_or_else(|| no_such("tenant"))
}

fn or_taken(error: &StoreError) -> Problem {
    if error.is_conflict("tenants", "name") {
        Problem::conflict("tenant_name_taken", "there is a tenant of this name")
    } else {
        store_problem(error)
    }
}

fn to_api(tenant: Tenant) -> api::Tenant {
    api::Tenant {
        id: tenant.id,
        name: tenant.name,
        status: tenant.status,
        members: tenant.members,
        created_at: tenant.created_at.into(),
    }
}
