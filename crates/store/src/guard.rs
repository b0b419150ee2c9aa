//! Conditions that a batch rests on: each aborts it where it does not hold, with [`StoreError::Guard`].
//!
//! [`StoreError::Guard`]: crate::StoreError::Guard

use accounts::{
    ApiTokenId, IdentityId, PermissionId, RoleId, SessionId, TenantId, Timestamp, TokenHash, UserId,
};

use crate::Statement;
use crate::permissions::Registered;
use crate::statement::statement;

/// The condition of [`decision_current`].
pub const DECISION_CURRENT: &str = "decision_current";
/// The condition of all the functions here whose names end in `exists`.
pub const TARGET_EXISTS: &str = "target_exists";
/// The condition of [`token_usable`].
pub const TOKEN_USABLE: &str = "token_usable";
/// A trigger's condition: there would be no active `SUPER_ADMIN` left.
pub const LAST_SUPER_ADMIN: &str = "last_super_admin";
/// A trigger's condition: a system role is neither renamed nor deleted.
pub const SYSTEM_ROLE: &str = "system_role";
/// A trigger's condition: a built-in permission is not deleted.
pub const SYSTEM_PERMISSION: &str = "system_permission";
/// A trigger's condition: `SUPER_ADMIN` keeps `admin:all`.
pub const SUPER_ADMIN_GRANT: &str = "super_admin_grant";

/// A trigger's condition: an account without a password keeps one identity.
pub const LAST_WAY_IN: &str = "last_way_in";

/// The actor is still active and still has the versions that a decision was made on.
pub fn decision_current(actor: UserId, authz_version: i64, epoch: i64) -> Statement {
    statement!("batch_guard/decision_current", &actor, authz_version, epoch)
}

/// The user still has the version that a decision about them was made on.
pub fn user_at_version(user: UserId, authz_version: i64) -> Statement {
    statement!("batch_guard/user_at_version", &user, authz_version)
}

/// No member of the tenant has a role but these, which a decision looked at. It reads every member.
pub fn tenant_has_no_other_roles(tenant: TenantId, roles: &[RoleId]) -> Statement {
    statement!("batch_guard/tenant_has_no_other_roles", &tenant, roles)
}

/// An application still has these entries in the catalogue, with these descriptions, and no others: its manifest was compared
/// with them.
pub fn manifest_current(application: &str, entries: &[Registered]) -> Statement {
    let entries: Vec<_> = entries
        .iter()
        .map(|entry| serde_json::json!({ "id": entry.id, "description": entry.description }))
        .collect();
    statement!("batch_guard/manifest_current", application, serde_json::Value::from(entries).to_string())
}

/// The user exists.
pub fn user_exists(user: UserId) -> Statement {
    statement!("batch_guard/user_exists", &user)
}

/// The role exists.
pub fn role_exists(role: RoleId) -> Statement {
    statement!("batch_guard/role_exists", &role)
}

/// The permission is in the catalogue.
pub fn permission_exists(permission: PermissionId) -> Statement {
    statement!("batch_guard/permission_exists", &permission)
}

/// The role grants the permission.
pub fn role_permission_exists(role: RoleId, permission: PermissionId) -> Statement {
    statement!("batch_guard/role_permission_exists", &role, &permission)
}

/// The user has the role.
pub fn user_role_exists(user: UserId, role: RoleId) -> Statement {
    statement!("batch_guard/user_role_exists", &user, &role)
}

/// The session exists, and is this user's.
pub fn session_of_user_exists(session: SessionId, user: UserId) -> Statement {
    statement!("batch_guard/session_of_user_exists", &session, &user)
}

/// The API token exists, and is this user's.
pub fn api_token_of_user_exists(token: ApiTokenId, user: UserId) -> Statement {
    statement!("batch_guard/api_token_of_user_exists", &token, &user)
}

/// The resource is known.
pub fn access_resource_exists(kind: &str, id: &str) -> Statement {
    statement!("batch_guard/access_resource_exists", kind, id)
}

/// The identity exists, and is this user's.
pub fn identity_of_user_exists(identity: IdentityId, user: UserId) -> Statement {
    statement!("batch_guard/identity_of_user_exists", &identity, &user)
}

/// The one-time token still is one; whoever uses it up in the same batch is the only one to do so.
pub fn token_usable(hash: &TokenHash, now: Timestamp) -> Statement {
    statement!("batch_guard/token_usable", hash, now)
}
