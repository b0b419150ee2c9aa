use api::LoadUser;
use rbac::{GrantSet, Permission, has_permission};

/// Whoever is signed in and looks at a page.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The account.
    pub user: LoadUser,
    /// What it may do, as far as the admin area needs to know. user-mgmt decides; by this the pages leave out what would
    /// be refused.
    admin: Option<GrantSet>,
}

impl Reader {
    /// Somebody on a site with or without an admin area.
    pub fn new(user: LoadUser, admin_area: bool) -> Self {
        let grants = user.permissions.as_ref().filter(|_| admin_area);
        let admin = grants.map(|grants| GrantSet::from_stored(grants).0);
        Self { user, admin }
    }

    /// What they hold, where there is an admin area.
    pub(crate) fn grants(&self) -> Option<&GrantSet> {
        self.admin.as_ref()
    }

    /// Whether there is an admin area, and they may do this in it.
    pub fn may(&self, permission: &Permission) -> bool {
        self.admin.as_ref().is_some_and(|grants| has_permission(grants, permission))
    }
}
