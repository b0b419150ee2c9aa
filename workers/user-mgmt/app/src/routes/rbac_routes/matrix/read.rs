//! `GET /rbac/matrix`: which roles grant which permissions, a part at a time.

use std::sync::Arc;

use accounts::RoleId;
use api::{Cursor, Limit, Matrix, MatrixPermission, MatrixRole, Page};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;
use store::roles::RoleWithGrants;
use store::{matrix, permissions, roles};

use super::super::permission_to_api;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::no_such;
use crate::services::authority::{Excess, refuse_excess_of_stored};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Which roles grant which permissions").gives::<Matrix>(200);
    doc.query("prefix", "what the names of the permissions start with")
        .query_of::<Limit>("limit", "1 to 100 permissions; 50 if absent")
        .query("cursor", "from the permissions of the page before")
        .query_of::<RoleId>("role", "the id of one role; all of them if absent")
        .query_of::<Limit>("roleLimit", "1 to 100 roles; 50 if absent")
        .query("roleCursor", "from the roles of the page before")
        .fails(&[404])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let limit: Limit = request.query("limit")?.unwrap_or_default();
    let cursor: Cursor = request.query("cursor")?.unwrap_or_default();
    let role_limit: Limit = request.query("roleLimit")?.unwrap_or_default();
    let role_cursor: Cursor = request.query("roleCursor")?.unwrap_or_default();
    let prefix: String = request.query("prefix")?.unwrap_or_default();
    let role: Option<RoleId> = request.query("role")?;

    let columns = match role {
        Some(id) => roles::by_id(id),
        None => roles::columns(role_cursor.key(), role_limit.and_one()),
    };
    let rows = permissions::rows(&prefix, cursor.key(), limit.and_one());
    let found = matrix::read(&app.db, columns, rows).await.map_err(|error| store_problem(&error))?;
    if role.is_some() && found.columns.is_empty() {
        return Err(no_such("role"));
    }
    let columns = found.columns;
    let granted_by = |name: &String| {
        let shown = columns.iter().take(role_limit.get() as usize);
        let grants = shown.filter(|column| column.grants.binary_search(name).is_ok());
        grants.map(|column| column.role.id).collect()
    };
    let permissions = Page::of(
        found.rows,
        limit,
        |row| row.name.clone(),
        |row| MatrixPermission { granted_by: granted_by(&row.name), permission: permission_to_api(row) },
    );
    let column = |found: RoleWithGrants| MatrixRole {
        within_own_grants: refuse_excess_of_stored(&allowed, &found.grants, Excess::Role).is_ok(),
        id: found.role.id,
        name: found.role.name,
        description: found.role.description,
        system: found.role.system,
        holders: found.holders,
    };
    let roles = Page::of(columns.clone(), role_limit, |found| found.role.name.clone(), column);
    json(StatusCode::OK, &Matrix { roles, permissions })
}
