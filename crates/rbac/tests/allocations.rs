//! A check allocates nothing. In a file of its own, because it counts through the global allocator.

use edgeward_rbac::{
    Grant, GrantSet, Permission, Principal, authorize_own_or, catalogue, covers, has_all, has_any,
    has_permission,
};

struct Caller<'a>(&'a GrantSet);

impl Principal for Caller<'_> {
    fn grants(&self) -> &GrantSet {
        self.0
    }
}

fn allocations(run: impl FnOnce()) -> u64 {
    allocation_counter::measure(run).count_total
}

#[test]
fn building_a_set_is_counted() {
    assert!(allocations(|| drop(GrantSet::from_stored(["docs:read"]))) > 0, "nothing is being counted");
}

#[test]
fn check_allocates_nothing() {
    for size in [0, 1, 10, 10_000] {
        let (plain, _) = GrantSet::from_stored((0..size).map(|i| format!("docs.{i}:read")));
        let mut wildcards = plain.clone();
        wildcards.extend([Grant::from_static("notes:*"), Grant::from_static("*:export")]);
        let mut admin = plain.clone();
        admin.insert(Grant::from_static("admin:all"));

        let required: Vec<Permission> =
            ["docs.0:read", "docs.0:write", "notes:read", "docs.0:export", "admin:all", "none:none"]
                .map(|text| text.parse().unwrap())
                .into();
        let grants = ["docs.0:read", "docs.0:*", "*:export"].map(Grant::from_static);

        for granted in [&plain, &wildcards, &admin] {
            let count = allocations(|| {
                for permission in &required {
                    std::hint::black_box(has_permission(granted, permission));
                }
                for grant in &grants {
                    std::hint::black_box(covers(granted, grant));
                }
                std::hint::black_box(has_any(granted, &required));
                std::hint::black_box(has_all(granted, &required));
                std::hint::black_box(
                    authorize_own_or(Caller(granted), false, &catalogue::USERS_READ).is_ok(),
                );
            });
            assert_eq!(count, 0, "{size} grants");
        }
    }
}
