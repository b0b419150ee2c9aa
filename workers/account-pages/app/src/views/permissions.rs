use std::collections::BTreeMap;

/// How many permissions a page lists; a page of thousands helps nobody and weighs too much.
pub(super) const LISTED: usize = 500;

/// The roles and permissions of an account, as a page shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    pub(crate) roles: Vec<String>,
    /// `admin:all` is among them, beside which the others say little.
    pub(crate) everything: bool,
    pub(crate) groups: Vec<Group>,
    /// How many are not listed.
    pub(crate) left_out: usize,
}

/// The permissions on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub(crate) resource: String,
    pub(crate) actions: Vec<String>,
}

impl Permissions {
    /// Sorts permissions by resource, wildcards first.
    pub fn new(mut roles: Vec<String>, permissions: &[String]) -> Self {
        roles.sort_unstable();
        let (everything, others): (Vec<&String>, Vec<&String>) =
            permissions.iter().partition(|permission| **permission == rbac::catalogue::ADMIN_ALL.as_str());
        let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for permission in others.iter().take(LISTED) {
            let (resource, action) = permission.split_once(':').unwrap_or((permission, ""));
            groups.entry(resource).or_default().push(action.to_owned());
        }
        let group = |(resource, mut actions): (&str, Vec<String>)| {
            actions.sort_unstable();
            Group { resource: resource.to_owned(), actions }
        };
        Self {
            roles,
            everything: !everything.is_empty(),
            groups: groups.into_iter().map(group).collect(),
            left_out: others.len().saturating_sub(LISTED),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions(names: &[&str]) -> Permissions {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Permissions::new(Vec::new(), &names)
    }

    #[test]
    fn permissions_are_grouped_by_resource() {
        let shown = permissions(&["posts:write", "users:read", "posts:*", "posts:read", "*:export"]);
        let groups: Vec<String> = shown
            .groups
            .iter()
            .map(|group| format!("{}: {}", group.resource, group.actions.join(" ")))
            .collect();
        assert_eq!(groups, ["*: export", "posts: * read write", "users: read"]);
        assert!(!shown.everything);
    }

    #[test]
    fn admin_all_stands_apart() {
        let shown = permissions(&["admin:all", "users:read"]);
        assert!(shown.everything);
        assert_eq!(shown.groups.len(), 1);
    }

    #[test]
    fn permissions_beyond_what_helps_are_counted() {
        let many: Vec<String> = (0..10_000).map(|n| format!("r{n}:read")).collect();
        let shown = Permissions::new(Vec::new(), &many);
        assert_eq!((shown.groups.len(), shown.left_out), (500, 9_500));
    }
}
