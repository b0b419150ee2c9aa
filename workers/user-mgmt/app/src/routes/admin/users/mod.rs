//! Accounts as administrators see and change them.

use accounts::{TenantName, UserId};
use http::StatusCode;
use http_kit::Problem;
use store::tenants::{self, Tenant};
use store::user_details::{self, UserDetails};
use store::{Db, StoreError};

use crate::routes::no_such;
use crate::services::problems::store_problem;

pub(super) mod create;
pub(super) mod invite;
pub(super) mod list;
pub(super) mod reactivate;
pub(super) mod read;
pub(super) mod sessions;
pub(super) mod suspend;
pub(super) mod update;

async fn find(db: &impl Db, id: UserId) -> Result<UserDetails, Problem> {
    let found = user_details::by_id(id).first(db).await.map_err(|error| store_problem(&error))?;
    found.map(|row| row.user).ok_or_else(|| no_such("user"))
}

/// The tenant that a body names.
async fn find_tenant(db: &impl Db, name: &TenantName) -> Result<Tenant, Problem> {
    let found = tenants::by_name(name).first(db).await.map_err(|error| store_problem(&error))?;
    found.ok_or_else(|| {
        let detail = format!("there is no tenant `{name}`");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_tenant", detail)
    })
}

/// Whoever may manage accounts may know which there are.
fn or_taken(error: &StoreError) -> Problem {
    if error.is_conflict("users", "email") {
        Problem::conflict("email_taken", "there is an account with this e-mail address")
    } else {
        store_problem(error)
    }
}

fn to_api(user: UserDetails) -> api::AdminUser {
    api::AdminUser {
        id: user.id,
        username: user.email,
        first_name: user.first_name,
        last_name: user.last_name,
        tenant: user.tenant,
        tenant_id: user.tenant_id,
        status: user.status,
        staff: user.staff,
        email_verified: user.email_verified_at.is_some(),
        roles: user.roles.into_iter().map(|role| api::RoleRef { id: role.id, name: role.name }).collect(),
        created_at: user.created_at.into(),
        updated_at: user.updated_at.into(),
    }
}
