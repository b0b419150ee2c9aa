//! What every installation begins with.

use edgeward_rbac::catalogue::{BUILT_IN, MEMBER, SUPER_ADMIN, SYSTEM_ROLES};
use edgeward_rbac::{Grant, RoleName};

#[test]
fn built_in_permissions_are_these_in_this_order() {
    let texts: Vec<&str> = BUILT_IN.iter().map(|built_in| built_in.permission.as_str()).collect();
    assert_eq!(
        texts.join(" "),
        "admin:all users:read users:write users:update users:delete roles:read roles:write roles:assign \
         permissions:read permissions:write audit:read sessions:revoke tenants:read tenants:write rollout:read \
         access:evaluate"
    );
}

#[test]
fn built_in_permissions_are_grants_and_described() {
    for built_in in BUILT_IN {
        assert!(Grant::parse(built_in.permission.as_str()).is_ok(), "{built_in:?}");
        assert!(!built_in.description.is_empty(), "{built_in:?}");
    }
}

#[test]
fn system_roles_hold_what_they_should() {
    let roles: Vec<(&str, Vec<&str>)> = SYSTEM_ROLES
        .iter()
        .map(|role| (role.name, role.grants.iter().map(Grant::as_str).collect()))
        .collect();
    assert_eq!(roles, [(SUPER_ADMIN, vec!["admin:all"]), (MEMBER, vec!["users:read"])]);
    assert!(SYSTEM_ROLES.iter().all(|role| RoleName::parse(role.name).is_ok()));
}
