//! What a principal holds, and the question that every check asks of it.

use std::fmt;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::grammar::{Hashes, Pair, RESERVED_RESOURCE, WILDCARD};
use crate::grant::{Grant, ParseGrantError};
use crate::permission::Permission;

/// The grants of one principal, built once and then checked without allocating.
///
/// ```
/// use edgeward_rbac::{GrantSet, Permission, has_permission};
///
/// let (granted, defects) = GrantSet::from_stored(["docs:*", "users:read", "Docs:Delete"]);
/// assert!(has_permission(&granted, &Permission::from_static("docs:write")));
/// assert!(!has_permission(&granted, &Permission::from_static("users:write")));
/// assert_eq!(defects[0].text, "Docs:Delete"); // grants nothing, and is there to be logged
/// ```
#[derive(Clone, Default)]
pub struct GrantSet {
    /// `admin:all`, if held.
    admin: Option<Grant>,
    /// `resource:action`
    exact: HashTable<Grant>,
    /// `resource:*`, by the resource.
    any_action: HashTable<Grant>,
    /// `*:action`, by the action.
    any_resource: HashTable<Grant>,
}

/// A stored grant that does not parse: it grants nothing, and should be logged and shown to an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefectiveGrant {
    /// The text as it was stored, whole.
    pub text: String,
    /// What is wrong with it.
    pub error: ParseGrantError,
}

impl GrantSet {
    /// Reads grants as they are stored. What does not parse grants nothing and is returned beside the set, in the
    /// order met.
    pub fn from_stored<I>(stored: I) -> (Self, Vec<DefectiveGrant>)
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let stored = stored.into_iter();
        let mut set = Self::default();
        set.exact.reserve(stored.size_hint().0, |grant| grant.pair().hashes().both());
        let mut defects = Vec::new();
        for text in stored {
            let text = text.as_ref();
            match Grant::parse(text) {
                Ok(grant) => {
                    set.insert(grant);
                }
                Err(error) => defects.push(DefectiveGrant { text: text.to_owned(), error }),
            }
        }
        (set, defects)
    }

    /// Adds a grant; false if the set held it already.
    pub fn insert(&mut self, grant: Grant) -> bool {
        if grant.is_admin() {
            self.admin.replace(grant).is_none()
        } else if grant.action() == WILDCARD {
            add(&mut self.any_action, grant, |hashes| hashes.resource)
        } else if grant.resource() == WILDCARD {
            add(&mut self.any_resource, grant, |hashes| hashes.action)
        } else {
            add(&mut self.exact, grant, Hashes::both)
        }
    }

    /// What both sets allow, and nothing else: [`has_permission`] and [`covers`] say yes of it exactly where they say yes
    /// of both. This is how a token of limited scope acts for its owner.
    ///
    /// ```
    /// use edgeward_rbac::GrantSet;
    ///
    /// let (owner, _) = GrantSet::from_stored(["docs:*", "users:read"]);
    /// let (scopes, _) = GrantSet::from_stored(["*:read", "docs:delete", "users:write"]);
    /// let (both, _) = GrantSet::from_stored(["docs:read", "docs:delete", "users:read"]);
    /// assert_eq!(owner.intersection(&scopes), both);
    /// ```
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut both = Self::default();
        both.extend(self.all().filter(|grant| covers(other, grant)).cloned());
        both.extend(other.all().filter(|grant| covers(self, grant)).cloned());
        // `docs:*` here and `*:read` there have `docs:read` in common, which neither holds as such.
        for (resources, actions) in [(self, other), (other, self)] {
            for of_resource in &resources.any_action {
                for of_action in &actions.any_resource {
                    let text = format!("{}:{}", of_resource.resource(), of_action.action());
                    if let Ok(grant) = Grant::parse(&text)
                        && !covers(&both, &grant)
                    {
                        both.insert(grant);
                    }
                }
            }
        }
        both
    }

    /// The grants in the order of their texts. Sorts at every call: meant for lists, not for checks.
    pub fn iter(&self) -> std::vec::IntoIter<&Grant> {
        let mut grants: Vec<&Grant> = self.all().collect();
        grants.sort_unstable();
        grants.into_iter()
    }

    fn all(&self) -> impl Iterator<Item = &Grant> {
        self.exact.iter().chain(&self.any_action).chain(&self.any_resource).chain(&self.admin)
    }

    /// How many different grants the set holds.
    pub fn len(&self) -> usize {
        self.exact.len() + self.any_action.len() + self.any_resource.len() + usize::from(self.is_admin())
    }

    /// Whether the set holds nothing, and so allows nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the set holds `admin:all`.
    pub fn is_admin(&self) -> bool {
        self.admin.is_some()
    }

    fn allows(&self, asked: &Pair) -> bool {
        let hashes = asked.hashes();
        self.is_admin()
            || holds(&self.exact, hashes.both(), |grant| grant.as_str() == asked.as_str())
            || holds(&self.any_action, hashes.resource, |grant| grant.resource() == asked.resource())
            // INVARIANT: no grant but `admin:all` names the reserved resource, so only this lookup could reach it.
            || (holds(&self.any_resource, hashes.action, |grant| grant.action() == asked.action())
                && asked.resource() != RESERVED_RESOURCE)
    }
}

fn holds(table: &HashTable<Grant>, hash: u64, is_wanted: impl Fn(&Grant) -> bool) -> bool {
    // Most sets hold no wildcards: what is empty need not be looked through.
    !table.is_empty() && table.find(hash, is_wanted).is_some()
}

/// Adds a grant to a table whose rows are found by `key`; false if it is there already.
fn add(table: &mut HashTable<Grant>, grant: Grant, key: fn(Hashes) -> u64) -> bool {
    let hash = |grant: &Grant| key(grant.pair().hashes());
    match table.entry(hash(&grant), |held| *held == grant, hash) {
        Entry::Occupied(_) => false,
        Entry::Vacant(place) => {
            place.insert(grant);
            true
        }
    }
}

impl PartialEq for GrantSet {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for GrantSet {}

/// Whether `granted` satisfies the requirement. An empty set denies.
pub fn has_permission(granted: &GrantSet, required: &Permission) -> bool {
    granted.allows(required.pair())
}

/// Whether `granted` satisfies at least one requirement. An empty list of requirements denies.
pub fn has_any(granted: &GrantSet, required: &[Permission]) -> bool {
    required.iter().any(|permission| has_permission(granted, permission))
}

/// Whether `granted` satisfies every requirement. An empty list of requirements denies: a list that came out empty by
/// mistake must not open anything.
pub fn has_all(granted: &GrantSet, required: &[Permission]) -> bool {
    !required.is_empty() && required.iter().all(|permission| has_permission(granted, permission))
}

/// Every grant that satisfies a requirement: itself, `resource:*`, `*:action` and `admin:all`, without those that don't
/// exist for the resource `admin`. Whoever holds none of them is denied.
///
/// ```
/// use edgeward_rbac::{Permission, satisfying};
///
/// let grants = satisfying(&Permission::from_static("docs:read"));
/// assert_eq!(grants.iter().map(|grant| grant.as_str()).collect::<Vec<_>>(), ["docs:read", "docs:*", "*:read", "admin:all"]);
/// ```
pub fn satisfying(required: &Permission) -> Vec<Grant> {
    let (resource, action) = (required.resource(), required.action());
    let texts = [
        required.as_str().to_owned(),
        format!("{resource}:{WILDCARD}"),
        format!("{WILDCARD}:{action}"),
        crate::catalogue::ADMIN_ALL.as_str().to_owned(),
    ];
    let mut grants: Vec<Grant> = Vec::with_capacity(texts.len());
    for grant in texts.iter().filter_map(|text| Grant::parse(text).ok()) {
        if !grants.contains(&grant) && has_permission(&GrantSet::from_iter([grant.clone()]), required) {
            grants.push(grant);
        }
    }
    grants
}

/// Whether a principal that holds `granted` may hand out `grant`: nobody grants what they do not hold.
///
/// A wildcard is covered by the same wildcard or `admin:all`, never by single permissions, however many;
/// `admin:all` is covered by itself alone.
pub fn covers(granted: &GrantSet, grant: &Grant) -> bool {
    // A wildcard side is no key of any lookup here, so only the same wildcard matches it.
    granted.allows(grant.pair())
}

/// The grants that a principal holding `granted` may not hand out, in the order given; empty if it may hand out all.
pub fn exceeding<'g>(granted: &GrantSet, grants: impl IntoIterator<Item = &'g Grant>) -> Vec<&'g Grant> {
    grants.into_iter().filter(|grant| !covers(granted, grant)).collect()
}

impl Extend<Grant> for GrantSet {
    fn extend<I: IntoIterator<Item = Grant>>(&mut self, grants: I) {
        for grant in grants {
            self.insert(grant);
        }
    }
}

impl FromIterator<Grant> for GrantSet {
    fn from_iter<I: IntoIterator<Item = Grant>>(grants: I) -> Self {
        let mut set = Self::default();
        set.extend(grants);
        set
    }
}

impl<'a> IntoIterator for &'a GrantSet {
    type Item = &'a Grant;
    type IntoIter = std::vec::IntoIter<&'a Grant>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for GrantSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Grant::as_str)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCS_READ: Permission = Permission::from_static("docs:read");
    const DOCS_WRITE: Permission = Permission::from_static("docs:write");

    fn set(texts: &[&str]) -> GrantSet {
        let (set, defects) = GrantSet::from_stored(texts);
        assert_eq!(defects, []);
        set
    }

    #[test]
    fn empty_set_denies() {
        let nothing = GrantSet::default();
        assert!(!has_permission(&nothing, &DOCS_READ));
        assert!(!has_permission(&nothing, &crate::catalogue::ADMIN_ALL));
        assert!(!has_any(&nothing, &[DOCS_READ]));
        assert!(!has_all(&nothing, &[DOCS_READ]));
        assert!(!covers(&nothing, &Grant::from_static("docs:read")));
    }

    #[test]
    fn empty_requirements_deny_even_the_administrator() {
        let everything = set(&["admin:all"]);
        assert!(!has_any(&everything, &[]));
        assert!(!has_all(&everything, &[]));
    }

    #[test]
    fn several_requirements_need_one_or_all() {
        let reader = set(&["docs:read"]);
        assert!(has_any(&reader, &[DOCS_WRITE, DOCS_READ]));
        assert!(!has_all(&reader, &[DOCS_WRITE, DOCS_READ]));
        assert!(has_all(&set(&["docs:*"]), &[DOCS_WRITE, DOCS_READ]));
    }

    #[test]
    fn unparsable_stored_grant_grants_nothing_and_is_returned() {
        let (granted, defects) = GrantSet::from_stored(["docs:read ", "docs:write", "DOCS:READ"]);
        assert!(!has_permission(&granted, &DOCS_READ));
        assert!(has_permission(&granted, &DOCS_WRITE));
        assert_eq!(
            defects.iter().map(|defect| defect.text.as_str()).collect::<Vec<_>>(),
            ["docs:read ", "DOCS:READ"]
        );
        assert_eq!(defects[0].error, Grant::parse("docs:read ").unwrap_err());
    }

    #[test]
    fn set_lists_each_grant_once_in_order() {
        let mut granted = set(&["users:read", "docs:*", "*:read", "admin:all", "docs:*"]);
        assert!(!granted.insert(Grant::from_static("admin:all")));
        assert!(granted.insert(Grant::from_static("docs:read")));
        assert_eq!(granted.len(), 5);
        assert_eq!(format!("{granted:?}"), r#"{"*:read", "admin:all", "docs:*", "docs:read", "users:read"}"#);
    }
}
