//! Roles, permissions, who has them, and what follows for a caller. Mounted while RBAC is on.

use std::collections::BTreeSet;

use accounts::{PermissionId, RoleId};
use http::StatusCode;
use http_kit::Problem;
use rbac::Grant;
use store::Db;
use store::permissions::Permission;
use store::roles::{Role, RoleWithGrants};

use crate::routes::no_such;
use crate::services::problems::store_problem;

pub(super) mod check;
pub(super) mod matrix;
pub(super) mod permissions;
pub(super) mod resources;
pub(super) mod role_permissions;
pub(super) mod roles;
pub(super) mod user_roles;

async fn find_role(db: &impl Db, id: RoleId) -> Result<RoleWithGrants, Problem> {
    store::roles::by_id(id)
        .first(db)
        .await
        .map_err(|error| store_problem(&error))?
        .ok_or_else(|| no_such("role"))
}

async fn find_permission(db: &impl Db, id: PermissionId) -> Result<Permission, Problem> {
    let found = store::permissions::by_id(id).first(db).await.map_err(|error| store_problem(&error))?;
    found.ok_or_else(|| no_such("permission"))
}

/// The entries of the catalogue for these grants; all of them must be there.
async fn find_grants(db: &impl Db, grants: &[Grant]) -> Result<Vec<Permission>, Problem> {
    if grants.is_empty() {
        return Ok(Vec::new());
    }
    let found = store::permissions::by_names(grants).all(db).await.map_err(|error| store_problem(&error))?;
    let known: BTreeSet<&str> = found.iter().map(|permission| permission.name.as_str()).collect();
    match grants.iter().find(|grant| !known.contains(grant.as_str())) {
        None => Ok(found),
        Some(unknown) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unknown_permission",
            format!("`{unknown}` is not in the permission catalogue; register it first"),
        )),
    }
}

/// How many roles one request may name.
const MOST_ROLES: usize = 50;

/// The roles of these ids, which `field` names; all of them must be there. What they grant, and that they are still there,
/// is part of the decision, which the batch checks.
pub(super) async fn find_roles(
    db: &impl Db,
    wanted: BTreeSet<RoleId>,
    field: &str,
) -> Result<Vec<RoleWithGrants>, Problem> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    if wanted.len() > MOST_ROLES {
        let detail = format!("`{field}`: at most {MOST_ROLES} roles at a time");
        return Err(Problem::invalid_field(field, detail));
    }
    let wanted: Vec<RoleId> = wanted.into_iter().collect();
    let found = store::roles::by_ids(&wanted).all(db).await.map_err(|error| store_problem(&error))?;
    match wanted.iter().find(|id| !found.iter().any(|role| role.role.id == **id)) {
        None => Ok(found),
        Some(unknown) => {
            let detail = format!("there is no role `{unknown}`");
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_role", detail))
        }
    }
}

fn role_to_api(role: Role) -> api::Role {
    api::Role {
        id: role.id,
        name: role.name,
        description: role.description,
        system: role.system,
        created_at: role.created_at.into(),
        updated_at: role.updated_at.into(),
    }
}

fn permission_to_api(permission: Permission) -> api::Permission {
    api::Permission {
        id: permission.id,
        name: permission.name,
        description: permission.description,
        application: Some(permission.application).filter(|application| !application.is_empty()),
        system: permission.system,
    }
}
