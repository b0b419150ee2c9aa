//! What the check is asked when it is measured, and of whom: the same for the clock (`decision`) and for callgrind
//! (`count`).

use std::collections::HashSet;

use edgeward_rbac::{Grant, GrantSet, Permission};

/// How many grants somebody holds.
pub const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

/// How many different requirements a contestant is asked in turn. A power of two, to take turns cheaply.
pub const PROBES: usize = 256;

/// The `i`th of a realistic list of permissions: five actions on each resource.
pub fn permission(i: usize) -> String {
    const NOUNS: [&str; 5] = ["orders", "invoices", "projects", "tickets", "docs"];
    const ACTIONS: [&str; 5] = ["read", "write", "delete", "export", "approve"];
    let resource = i / ACTIONS.len();
    format!("{}.{resource}:{}", NOUNS[resource % NOUNS.len()], ACTIONS[i % ACTIONS.len()])
}

/// Somebody who holds the first `size` permissions of the list.
pub fn granted(size: usize) -> Vec<String> {
    (0..size).map(permission).collect()
}

/// Of the texts, as many as are asked, in no order that a cache could guess.
///
/// # Panics
///
/// If one of them is no permission.
pub fn probes(texts: &[String]) -> Vec<Permission> {
    // 7,919 is prime, so the steps come past every one of a list of any other length.
    (0..PROBES).map(|i| texts[i * 7_919 % texts.len()].parse().unwrap()).collect()
}

/// For each text, an action that is nowhere granted, on the same resource.
pub fn misses(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| format!("{}:purge", text.split(':').next().unwrap_or_default())).collect()
}

/// The set itself, and the same with ten wildcards of each kind that match nothing asked: the most that a check can have
/// to look up.
///
/// # Panics
///
/// If one of them is no grant.
pub fn sets(texts: &[String]) -> (GrantSet, GrantSet) {
    let (plain, defects) = GrantSet::from_stored(texts);
    assert!(defects.is_empty());
    let mut wildcards = plain.clone();
    let others = (0..10).flat_map(|i| [format!("other{i}:*"), format!("*:other{i}")]);
    wildcards.extend(others.map(|text| text.parse::<Grant>().unwrap()));
    (plain, wildcards)
}

/// The set that the check is compared with; `S` hashes.
pub fn hash_set<S: std::hash::BuildHasher + Default>(texts: &[String]) -> HashSet<String, S> {
    texts.iter().cloned().collect()
}
