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
    ADMIN_ALL = "admin:all", "Everything, whatever is asked";
    USERS_READ = "users:read", "See other users";
    USERS_WRITE = "users:write", "Create users";
    USERS_UPDATE = "users:update", "Change, suspend and reactivate other users";
    USERS_DELETE = "users:delete", "Delete users";
    ROLES_READ = "roles:read", "See roles and who has them";
    ROLES_WRITE = "roles:write", "Create, change and delete roles";
    ROLES_ASSIGN = "roles:assign", "Give roles to users and take them away";
    PERMISSIONS_READ = "permissions:read", "See the permission catalogue";
    PERMISSIONS_WRITE = "permissions:write", "Change the permission catalogue";
    AUDIT_READ = "audit:read", "Read and export the audit log";
    SESSIONS_REVOKE = "sessions:revoke", "End the sessions of other users";
    TENANTS_READ = "tenants:read", "See tenants and their members";
    TENANTS_WRITE = "tenants:write", "Create and change tenants";
    ROLLOUT_READ = "rollout:read", "See the state of the rollout";
    ACCESS_EVALUATE = "access:evaluate", "Ask for access decisions about others";
}

/// The name of the role that holds `admin:all`.
pub const SUPER_ADMIN: &str = "SUPER_ADMIN";

/// The name of the role of every registered user.
pub const MEMBER: &str = "MEMBER";

/// Every system role.
pub const SYSTEM_ROLES: &[SystemRole] = &[
    SystemRole {
        name: SUPER_ADMIN,
        description: "May do everything.",
        grants: &[Grant::from_static("admin:all")],
    },
    SystemRole {
        name: MEMBER,
        description: "What every account starts with.",
        grants: &[Grant::from_static("users:read")],
    },
];
