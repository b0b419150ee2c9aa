//! What every installation begins with: the built-in permissions and the system roles.

use crate::grant::Grant;
use crate::permission::Permission;

/// A permission that Edgeward itself asks for.
#[derive(Debug)]
pub struct BuiltIn {
    /// The permission.
    pub permission: Permission,
    /// What it allows, as an administrator reads it.
    pub description: &'static str,
}

/// A role that is there from the start and can be neither renamed nor deleted.
#[derive(Debug)]
pub struct SystemRole {
    /// The name, a valid [`RoleName`](crate::RoleName).
    pub name: &'static str,
    /// Who it is for, as an administrator reads it.
    pub description: &'static str,
    /// What it holds at first.
    pub grants: &'static [Grant],
}

/// Defines each built-in permission as a constant, and the list of them all in the same order.
macro_rules! built_in {
    ($($name:ident = $text:literal, $description:literal;)+) => {
        $(
            #[doc = concat!("`", $text, "`: ", $description)]
            pub const $name: Permission = Permission::from_static($text);
        )+

        /// Every built-in permission.
        pub const BUILT_IN: &[BuiltIn] = &[$(BuiltIn { permission: $name, description: $description }),+];
    };
}

built_in! {
    ADMIN_ALL = "admin:all", "Everything, and the only permission that satisfies every requirement.";
    USERS_READ = "users:read", "See the accounts of other users.";
    USERS_WRITE = "users:write", "Create and invite users, suspend and reactivate them.";
    USERS_UPDATE = "users:update", "Change the accounts of other users.";
    USERS_DELETE = "users:delete", "Delete the accounts of other users.";
    ROLES_READ = "roles:read", "See roles, what they grant, and who has them.";
    ROLES_WRITE = "roles:write", "Create, change and delete roles, within what one holds.";
    ROLES_ASSIGN = "roles:assign", "Give roles to users and take them away, within what one holds.";
    PERMISSIONS_READ = "permissions:read", "See the registered permissions.";
    PERMISSIONS_WRITE = "permissions:write", "Register permissions and delete them.";
    AUDIT_READ = "audit:read", "Read and export the audit trail.";
    SESSIONS_REVOKE = "sessions:revoke", "See the sessions of other users and end them.";
    TENANTS_READ = "tenants:read", "See tenants and their members.";
    TENANTS_WRITE = "tenants:write", "Create, change and suspend tenants.";
    ROLLOUT_READ = "rollout:read", "Watch how far enforcement is switched on and what it would deny.";
    ACCESS_EVALUATE = "access:evaluate", "Ask for decisions about others, as an application does.";
}

/// The name of the role that holds `admin:all`.
pub const SUPER_ADMIN: &str = "SUPER_ADMIN";

/// The name of the role of every registered user.
pub const MEMBER: &str = "MEMBER";

/// Every system role.
pub const SYSTEM_ROLES: &[SystemRole] = &[
    SystemRole {
        name: SUPER_ADMIN,
        description: "May do everything. The last active one cannot be removed.",
        grants: &[Grant::from_static("admin:all")],
    },
    SystemRole {
        name: MEMBER,
        description: "Every registered user.",
        grants: &[Grant::from_static("users:read")],
    },
];
