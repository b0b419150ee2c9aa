//! Which crate may use which, checked by `cargo test`.
//!
//! Every package stands on a floor and uses only what is below it. Tests are free: a driver may help to test what it
//! stands on.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// The floors, from the ground.
const FLOORS: &[&[&str]] = &[
    &["edgeward-rbac", "edgeward-enforce"],
    &["edgeward-accounts"],
    &["edgeward-api"],
    &["edgeward-store", "edgeward-http-kit"],
    &["edgeward-oidc", "edgeward-guard", "edgeward-cli"],
    &[
        "user-mgmt-app",
        "session-state-app",
        "account-pages-app",
        "edgeward-store-sqlite",
        "edgeward-store-d1",
        "edgeward-worker-platform",
        "store-contract",
    ],
    &[
        "user-mgmt",
        "session-state",
        "account-pages",
        "store-contract-worker",
        "edgeward-testkit",
        "blog",
        "bookmarks",
        "bench-application",
        "bench-bare",
    ],
    &["e2e", "fuzz-targets", "xtask"],
];

/// The only packages that know on which platform they run.
const ON_THE_PLATFORM: &[&str] = &[
    "edgeward-store-d1",
    "edgeward-worker-platform",
    "user-mgmt",
    "session-state",
    "account-pages",
    "store-contract-worker",
    "blog",
    "bookmarks",
    "bench-application",
    "bench-bare",
];

/// What the pure packages may use beside each other. A list of what is allowed, since the ways to do I/O are countless.
const PURE: &[(&str, &[&str])] = &[
    ("edgeward-rbac", &["hashbrown", "schemars", "serde", "thiserror"]),
    (
        "edgeward-accounts",
        &[
            "argon2",
            "base64",
            "chrono",
            "hmac",
            "pbkdf2",
            "schemars",
            "serde",
            "sha2",
            "subtle",
            "thiserror",
            "uuid",
        ],
    ),
    ("edgeward-enforce", &["schemars", "serde", "sha2", "thiserror"]),
];

fn is_of_the_platform(name: &str) -> bool {
    matches!(name, "worker" | "worker-macros" | "worker-sys" | "web-sys" | "js-sys")
        || name.starts_with("wasm-bindgen")
}

/// A package and what it names.
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    only_for_tests: bool,
}

/// The packages in the answer of `cargo metadata --no-deps`.
fn packages(metadata: &Value) -> Option<Vec<Package>> {
    let package = |package: &Value| {
        let dependency = |dependency: &Value| {
            let name = dependency["name"].as_str()?.to_owned();
            Some(Dependency { name, only_for_tests: dependency["kind"] == "dev" })
        };
        let dependencies =
            package["dependencies"].as_array()?.iter().map(dependency).collect::<Option<_>>()?;
        Some(Package { name: package["name"].as_str()?.to_owned(), dependencies })
    };
    metadata["packages"].as_array()?.iter().map(package).collect()
}

/// Everything that breaks the layering, in words.
fn violations(packages: &[Package]) -> Vec<String> {
    let floors: BTreeMap<&str, usize> = FLOORS
        .iter()
        .enumerate()
        .flat_map(|(floor, names)| names.iter().map(move |name| (*name, floor)))
        .collect();
    let pure: BTreeMap<&str, &[&str]> = PURE.iter().copied().collect();
    let workspace: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut found = Vec::new();

    for Package { name, dependencies } in packages {
        let Some(floor) = floors.get(name.as_str()) else {
            found.push(format!("{name} is on no floor: give it one in xtask/src/layering.rs"));
            continue;
        };
        for Dependency { name: used, only_for_tests } in dependencies {
            if is_of_the_platform(used) && !ON_THE_PLATFORM.contains(&name.as_str()) {
                found.push(format!("{name} names {used}: only the drivers and the shims know the platform"));
            }
            if *only_for_tests {
                continue;
            }
            if let Some(below) = floors.get(used.as_str())
                && below >= floor
            {
                found.push(format!(
                    "{name} (floor {floor}) uses {used} (floor {below}): only lower floors may be used"
                ));
            }
            if let Some(allowed) = pure.get(name.as_str())
                && !workspace.contains(used.as_str())
                && !allowed.contains(&used.as_str())
            {
                found.push(format!(
                    "{name} is pure but uses {used}: add it to PURE in xtask/src/layering.rs if it does no I/O"
                ));
            }
        }
    }
    for name in floors.keys().filter(|name| !workspace.contains(*name)) {
        found.push(format!("{name} has a floor but is no package: remove it from xtask/src/layering.rs"));
    }
    found
}

fn workspace() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(crate::root())
        .output()
        .unwrap();
    packages(&serde_json::from_slice(&output.stdout).unwrap()).unwrap()
}

/// Every package, using nothing.
fn empty() -> Vec<Package> {
    let names = FLOORS.iter().flat_map(|floor| floor.iter());
    names.map(|name| Package { name: (*name).into(), dependencies: Vec::new() }).collect()
}

/// Every package, with one dependency in all.
fn only(from: &str, to: &str, only_for_tests: bool) -> Vec<Package> {
    let mut packages = empty();
    let package = packages.iter_mut().find(|package| package.name == from).unwrap();
    package.dependencies.push(Dependency { name: to.into(), only_for_tests });
    packages
}

#[test]
fn workspace_keeps_the_layering() {
    let found = violations(&workspace());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn use_of_a_lower_floor_is_free() {
    assert!(violations(&only("user-mgmt", "edgeward-store-d1", false)).is_empty());
    assert!(violations(&only("user-mgmt", "worker", false)).is_empty());
}

#[test]
fn use_of_a_higher_floor_is_found() {
    for (from, to) in [
        ("edgeward-rbac", "edgeward-accounts"),
        ("edgeward-store", "edgeward-store-sqlite"),
        ("user-mgmt-app", "edgeward-store-d1"),
        ("edgeward-testkit", "e2e"),
    ] {
        assert_eq!(violations(&only(from, to, false)).len(), 1, "{from} → {to}");
    }
}

#[test]
fn use_of_the_same_floor_is_found() {
    for (from, to) in [
        ("edgeward-http-kit", "edgeward-store"),
        ("user-mgmt-app", "session-state-app"),
        ("edgeward-store-d1", "edgeward-worker-platform"),
        ("user-mgmt", "edgeward-testkit"),
    ] {
        assert_eq!(violations(&only(from, to, false)).len(), 1, "{from} → {to}");
    }
}

#[test]
fn use_of_a_higher_floor_by_tests_is_free() {
    assert!(violations(&only("edgeward-store", "edgeward-store-sqlite", true)).is_empty());
}

#[test]
fn platform_below_the_drivers_is_found_even_in_tests() {
    for used in ["worker", "worker-macros", "web-sys", "js-sys", "wasm-bindgen", "wasm-bindgen-futures"] {
        for (from, only_for_tests) in
            [("edgeward-store", false), ("user-mgmt-app", false), ("edgeward-http-kit", true)]
        {
            assert_eq!(violations(&only(from, used, only_for_tests)).len(), 1, "{from} → {used}");
        }
    }
}

#[test]
fn input_and_output_in_a_pure_package_is_found() {
    for (from, used) in
        [("edgeward-rbac", "tokio"), ("edgeward-accounts", "getrandom"), ("edgeward-rbac", "http")]
    {
        assert_eq!(violations(&only(from, used, false)).len(), 1, "{from} → {used}");
    }
}

#[test]
fn package_without_a_floor_is_found() {
    let mut packages = empty();
    packages.push(Package { name: "edgeward-new".into(), dependencies: Vec::new() });
    assert_eq!(violations(&packages), ["edgeward-new is on no floor: give it one in xtask/src/layering.rs"]);
}

#[test]
fn floor_without_a_package_is_found() {
    let mut packages = empty();
    packages.retain(|package| package.name != "edgeward-testkit");
    assert_eq!(violations(&packages).len(), 1);
}

#[test]
fn metadata_in_another_shape_is_refused() {
    assert!(packages(&serde_json::json!({"packages": [{"name": "x"}]})).is_none());
}
