//! Who may do what: every role beside every permission, as a table to be reviewed.
//!
//! The snapshot is changed by hand or by `cargo insta review`, never by a test run: each change of a mark in it is a
//! change of somebody's rights.

use std::fmt::Write;

use edgeward_rbac::catalogue::{BUILT_IN, SYSTEM_ROLES};
use edgeward_rbac::{DefectiveGrant, Grant, GrantSet, Permission, has_permission};

/// Roles as applications define them, and some that went wrong.
const SAMPLE_ROLES: &[(&str, &[&str])] = &[
    ("Editor", &["docs:*", "users:read"]),
    ("Auditor", &["*:read"]),
    ("Support", &["users:read", "users:update", "sessions:revoke"]),
    ("Reviewer", &["docs:read", "*:approve"]),
    ("Nobody", &[]),
    ("Damaged", &["docs:read", "Docs:Write", "users:"]),
    ("Impostor", &["*:all", "*:*", "admin:*", "admin:read", "ADMIN:ALL", " admin:all", "admin:al\u{200b}l"]),
];

/// Requirements of an application, and one on the reserved resource that is not in the catalogue.
const SAMPLE_PERMISSIONS: [&str; 7] = [
    "docs:read",
    "docs:write",
    "docs:approve",
    "billing:read",
    "billing:approve",
    "billing:all",
    "admin:read",
];

struct Role {
    name: &'static str,
    stored: Vec<&'static str>,
    granted: GrantSet,
    defects: Vec<DefectiveGrant>,
}

fn roles() -> Vec<Role> {
    let system = SYSTEM_ROLES.iter().map(|role| (role.name, role.grants.iter().map(Grant::as_str).collect()));
    let samples = SAMPLE_ROLES.iter().map(|(name, stored)| (*name, stored.to_vec()));
    system
        .chain(samples)
        .map(|(name, stored)| {
            let (granted, defects) = GrantSet::from_stored(&stored);
            Role { name, stored, granted, defects }
        })
        .collect()
}

fn matrix(roles: &[Role]) -> Result<String, std::fmt::Error> {
    let mut table = String::new();
    writeln!(table, "✔ allowed   · denied\n")?;
    write!(table, "{:<20}", "")?;
    for role in roles {
        write!(table, "  {}", role.name)?;
    }
    writeln!(table)?;
    let built_in = BUILT_IN.iter().map(|built_in| built_in.permission.clone());
    let samples = SAMPLE_PERMISSIONS.map(Permission::from_static);
    for required in built_in.chain(samples) {
        let mut row = format!("{required:<20}");
        for role in roles {
            let mark = if has_permission(&role.granted, &required) { '✔' } else { '·' };
            write!(row, "  {mark:<width$}", width = role.name.len())?;
        }
        writeln!(table, "{}", row.trim_end())?;
    }

    writeln!(table, "\nWhat each role holds, as stored:\n")?;
    for role in roles {
        let stored: Vec<String> =
            role.stored.iter().map(|text| format!("`{}`", text.escape_debug())).collect();
        let stored = if stored.is_empty() { "nothing".to_owned() } else { stored.join(", ") };
        writeln!(table, "{:<12}{stored}", role.name)?;
    }
    writeln!(table, "\nStored grants that grant nothing:\n")?;
    for role in roles {
        for defect in &role.defects {
            writeln!(table, "{:<12}{}", role.name, defect.error)?;
        }
    }
    Ok(table)
}

#[test]
fn roles_and_permissions_match_the_reviewed_matrix() {
    insta::assert_snapshot!("roles_and_permissions", matrix(&roles()).unwrap());
}
