//! Nobody grants, or takes away, what they do not hold.

use accounts::{Email, UserId};
use http::StatusCode;
use http_kit::Problem;
use rbac::{Allowed, Grant, GrantSet, Permission, Principal, authorize, exceeding};
use store::user_roles;

use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::gate::denied;
use crate::services::problems::store_problem;

/// What `SUPER_ADMIN` holds.
const ADMIN_ALL: Grant = Grant::from_static("admin:all");

/// What would go beyond the caller's own grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excess {
    /// A role.
    Role,
    /// An account.
    Account,
    /// The members of a tenant.
    Members,
    /// An API token.
    Token,
}

/// Refuses where any of these grants is not covered by the caller's own.
pub(crate) fn refuse_excess<'a>(
    allowed: &Allowed<Caller>,
    grants: impl IntoIterator<Item = &'a Grant>,
    what: Excess,
) -> Result<(), Problem> {
    refuse_beyond(allowed.principal().grants(), grants, what)
}

/// Refuses where any of these grants is not covered by those that are held.
pub(crate) fn refuse_beyond<'a>(
    held: &GrantSet,
    grants: impl IntoIterator<Item = &'a Grant>,
    what: Excess,
) -> Result<(), Problem> {
    let missing: Vec<String> = exceeding(held, grants).into_iter().map(ToString::to_string).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let detail = match what {
        Excess::Role => "this role grants more than you hold yourself",
        Excess::Account => "this account may do more than you may yourself",
        Excess::Members => "a member of this tenant may do more than you may yourself",
        Excess::Token => "a token can't have scopes beyond what you hold yourself",
    };
    // A few of them say enough, and an answer of 10,000 helps nobody.
    let missing: Vec<String> = missing.into_iter().take(10).collect();
    Err(Problem::new(StatusCode::FORBIDDEN, "exceeds_own_grants", detail).with("missing", missing))
}

/// Refuses where these stored grants are not covered; those that can't be read grant nothing.
pub(crate) fn refuse_excess_of_stored(
    allowed: &Allowed<Caller>,
    stored: &[String],
    what: Excess,
) -> Result<(), Problem> {
    let (grants, _) = GrantSet::from_stored(stored);
    refuse_excess(allowed, &grants, what)
}

/// Refuses where a user may do more than the caller.
pub(crate) async fn refuse_excess_of_user<P: Platform>(
    app: &App<P>,
    allowed: &Allowed<Caller>,
    user: UserId,
) -> Result<(), Problem> {
    let held = user_roles::effective(user).all(&app.db).await.map_err(|error| store_problem(&error))?;
    let stored: Vec<String> = held.into_iter().map(|permission| permission.name).collect();
    refuse_excess_of_stored(allowed, &stored, Excess::Account)
}

/// Refuses where the caller lacks a permission that a part of a request needs beside the one of its route.
pub(crate) fn refuse_without(allowed: &Allowed<Caller>, permission: &Permission) -> Result<(), Problem> {
    authorize(allowed.principal(), permission).map(|_| ()).map_err(denied)
}

/// Refuses to give an account the address that makes it `SUPER_ADMIN`, but to those who could do that anyway.
pub(crate) fn refuse_excess_of_address<P: Platform>(
    app: &App<P>,
    allowed: &Allowed<Caller>,
    email: &Email,
) -> Result<(), Problem> {
    if app.config.super_admin_email.as_ref() != Some(email) {
        return Ok(());
    }
    refuse_excess(allowed, [&ADMIN_ALL], Excess::Account)
}
