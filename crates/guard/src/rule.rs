use std::fmt;
use std::sync::Arc;

use accounts::UserId;
use rbac::Permission;

use crate::principal::Principal;
use crate::requirement::Requirement;

/// Who may do something: what RBAC asks of them, and the rule from before, which decides until enforcement is on.
///
/// Unless it is said otherwise, the rule from before is to be the owner, where there is one, and to be signed in, where
/// there is none.
#[derive(Clone)]
pub struct Rule {
    pub(crate) requirement: Requirement,
    pub(crate) owner: Option<UserId>,
    pub(crate) hidden: bool,
    before: Before,
}

#[derive(Clone)]
enum Before {
    OwnerOrSignedIn,
    Known(bool),
    Asked(Arc<dyn Fn(&Principal) -> bool + Send + Sync>),
}

/// Whoever has this permission.
pub fn require(permission: &Permission) -> Rule {
    Rule::new(permission.clone().into())
}

/// Whoever has one of these permissions.
pub fn require_any(permissions: &[Permission]) -> Rule {
    Rule::new(Requirement::any(permissions.iter().cloned()))
}

/// Whoever has all of these permissions.
pub fn require_all(permissions: &[Permission]) -> Rule {
    Rule::new(Requirement::all(permissions.iter().cloned()))
}

impl Rule {
    /// Whoever meets this requirement.
    pub fn new(requirement: Requirement) -> Self {
        Self { requirement, owner: None, hidden: false, before: Before::OwnerOrSignedIn }
    }

    /// And whoever's it is, without any permission. An API token needs the permission all the same.
    #[must_use]
    pub fn or_owner(self, owner: UserId) -> Self {
        Self { owner: Some(owner), ..self }
    }

    /// The rule from before, as the application has found it to be for this request.
    #[must_use]
    pub fn before(self, allowed: bool) -> Self {
        Self { before: Before::Known(allowed), ..self }
    }

    /// The rule from before, asked of whoever makes the request.
    #[must_use]
    pub fn before_by(self, rule: impl Fn(&Principal) -> bool + Send + Sync + 'static) -> Self {
        Self { before: Before::Asked(Arc::new(rule)), ..self }
    }

    /// Whoever is refused is told that there is nothing (404), for what nobody else is to know of.
    #[must_use]
    pub fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }

    pub(crate) fn owned_by(&self, principal: &Principal) -> bool {
        self.owner == Some(principal.user_id())
    }

    pub(crate) fn allowed_before(&self, principal: &Principal) -> bool {
        match &self.before {
            Before::OwnerOrSignedIn => self.owner.is_none() || self.owned_by(principal),
            Before::Known(allowed) => *allowed,
            Before::Asked(rule) => rule(principal),
        }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requirement, owner, hidden, before: _ } = self;
        f.debug_struct("Rule")
            .field("requirement", &requirement.to_string())
            .field("owner", owner)
            .field("hidden", hidden)
            .finish_non_exhaustive()
    }
}
