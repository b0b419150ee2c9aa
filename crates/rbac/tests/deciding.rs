//! What is allowed, case by case.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use edgeward_rbac::{
    Basis, Grant, GrantSet, Permission, Principal, authorize, authorize_own, authorize_own_or, catalogue,
    covers, exceeding, has_permission,
};

/// Spaces separate the grants, all of which must parse.
fn set(grants: &str) -> GrantSet {
    grants.split_whitespace().map(|text| Grant::parse(text).unwrap()).collect()
}

#[test]
fn requirement_is_satisfied_by_the_same_permission_a_wildcard_or_the_administrator() {
    let cases = [
        // granted, required, allowed
        ("docs:read", "docs:read", true),
        ("docs:read", "docs:write", false),
        ("docs:read", "users:read", false),
        ("users:write docs:read", "docs:read", true),
        ("users:read docs:write", "docs:read", false),
        // A name is whole: no prefix and no suffix of it counts.
        ("docs:read", "docs:read.all", false),
        ("docs:read.all", "docs:read", false),
        ("docs.eu:read", "docs:read", false),
        ("docs:read", "docs.eu:read", false),
        ("read:docs", "docs:read", false),
        // Every action on one resource.
        ("docs:*", "docs:read", true),
        ("docs:*", "docs:write", true),
        ("docs:*", "docs.eu:read", false),
        ("docs:*", "users:read", false),
        // One action on every resource.
        ("*:read", "docs:read", true),
        ("*:read", "users:read", true),
        ("*:read", "docs:write", false),
        ("*:read", "docs:read.all", false),
        // The two wildcards do not add up to anything that neither allows.
        ("docs:* *:read", "docs:write", true),
        ("docs:* *:read", "users:read", true),
        ("docs:* *:read", "users:write", false),
        // The reserved resource: out of every wildcard's reach.
        ("*:all", "docs:all", true),
        ("*:all", "admin:all", false),
        ("*:read", "admin:read", false),
        ("all:*", "admin:all", false),
        ("docs:admin", "admin:all", false),
        // The administrator.
        ("admin:all", "admin:all", true),
        ("admin:all", "admin:read", true),
        ("admin:all", "docs:read", true),
        ("admin:all docs:read", "users:write", true),
    ];
    for (granted, required, allowed) in cases {
        let required_parsed = Permission::parse(required).unwrap();
        assert_eq!(has_permission(&set(granted), &required_parsed), allowed, "{granted} / {required}");
    }
}

#[test]
fn grant_is_covered_only_by_what_allows_as_much() {
    let cases = [
        // held, grant, covered
        ("", "docs:read", false),
        ("docs:read", "docs:read", true),
        ("docs:*", "docs:read", true),
        ("*:read", "docs:read", true),
        ("docs:write users:*", "docs:read", false),
        // Single permissions never add up to a wildcard.
        ("docs:read docs:write docs:delete", "docs:*", false),
        ("docs:read users:read", "*:read", false),
        ("docs:*", "docs:*", true),
        ("*:read", "*:read", true),
        ("docs:* *:read", "users:*", false),
        ("docs:* *:read", "*:write", false),
        // Nothing but the administrator may make another.
        ("*:all", "admin:all", false),
        ("docs:* *:all *:read", "admin:all", false),
        ("admin:all", "admin:all", true),
        ("admin:all", "docs:*", true),
        ("admin:all", "*:all", true),
    ];
    for (held, grant, covered) in cases {
        assert_eq!(covers(&set(held), &Grant::parse(grant).unwrap()), covered, "{held} / {grant}");
    }
}

#[test]
fn exceeding_lists_what_is_not_held() {
    let wanted = set("admin:all docs:read docs:* users:read");
    let texts = |held| exceeding(&set(held), &wanted).into_iter().map(Grant::as_str).collect::<Vec<_>>();
    assert_eq!(texts("docs:read *:read"), ["admin:all", "docs:*"]);
    assert!(texts("admin:all").is_empty());
}

#[derive(Debug)]
struct Caller(GrantSet);

impl Principal for Caller {
    fn grants(&self) -> &GrantSet {
        &self.0
    }
}

#[test]
fn authorize_with_the_permission_proves_the_grant() {
    let allowed = authorize(Caller(set("users:*")), &catalogue::USERS_DELETE).unwrap();
    assert_eq!(allowed.basis(), Basis::Granted);
    assert_eq!(allowed.required(), Some(&catalogue::USERS_DELETE));
    assert_eq!(allowed.principal().0, set("users:*"));
    assert_eq!(allowed.into_principal().0, set("users:*"));
}

#[test]
fn authorize_without_the_permission_names_it() {
    let denied = authorize(Caller(set("users:read")), &catalogue::USERS_DELETE).unwrap_err();
    assert_eq!(denied.to_string(), "missing permission `users:delete`");
    assert_eq!(denied.required(), Some(&catalogue::USERS_DELETE));
    assert_eq!(denied.principal().0, set("users:read"));
    assert_eq!(denied.into_principal().0, set("users:read"));
}

#[test]
fn authorize_own_or_accepts_either() {
    for (held, own, basis) in [
        ("", true, Some(Basis::Own)),
        ("users:update", true, Some(Basis::Own)),
        ("users:update", false, Some(Basis::Granted)),
        ("users:read", false, None),
    ] {
        let caller = Caller(set(held));
        let decided = authorize_own_or(&caller, own, &catalogue::USERS_UPDATE);
        assert_eq!(decided.ok().map(|allowed| allowed.basis()), basis, "{held} / {own}");
    }
}

#[test]
fn authorize_own_looks_at_no_grants() {
    let allowed = authorize_own("ada", true).unwrap();
    assert_eq!((allowed.basis(), allowed.required()), (Basis::Own, None));
    let denied = authorize_own(Caller(set("admin:all")), false).unwrap_err();
    assert_eq!(denied.required(), None);
    assert_eq!(denied.to_string(), "only allowed on one's own account");
}

/// A route table keeps its requirements as constants.
#[test]
fn requirement_can_be_a_constant_reference() {
    const REQUIREMENTS: &[(&str, &Permission)] = &[("DELETE /users/{id}", &catalogue::USERS_DELETE)];
    static ONE: &Permission = &catalogue::AUDIT_READ;
    assert_eq!((REQUIREMENTS[0].1.as_str(), ONE.as_str()), ("users:delete", "audit:read"));
}
