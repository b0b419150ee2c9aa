use accounts::UserId;
use api::internal_api;
use api::session_state::SessionRecord;
use rbac::{GrantSet, Permission, has_permission};

use crate::decision::Requester;

/// Whoever makes a request, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    user_id: UserId,
    username: String,
    tenant: String,
    staff: bool,
    api_token: bool,
    authority: Option<Authority>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Authority {
    roles: Vec<String>,
    grants: GrantSet,
}

impl Principal {
    /// The user.
    pub fn user_id(&self) -> UserId {
        self.user_id
    }

    /// The user's e-mail address.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The name of the user's tenant.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Whether the user is of the staff of whoever runs the deployment.
    pub fn is_staff(&self) -> bool {
        self.staff
    }

    /// Whether an API token speaks for the user. It does what its scopes name, and nothing else.
    pub fn is_api_token(&self) -> bool {
        self.api_token
    }

    /// The names of the user's roles; none while RBAC is off.
    pub fn roles(&self) -> &[String] {
        self.authority.as_ref().map_or(&[], |authority| &authority.roles)
    }

    /// What the user may do; nothing where that is not known: while RBAC is off, or while it could not be read.
    pub fn grants(&self) -> Option<&GrantSet> {
        self.authority.as_ref().map(|authority| &authority.grants)
    }

    /// Whether the user may do this. To show or hide something; what protects a route is a rule, which honours the flags.
    pub fn has_permission(&self, permission: &Permission) -> bool {
        self.grants().is_some_and(|grants| has_permission(grants, permission))
    }

    /// The same one, of whom it is not known what they may do.
    pub(crate) fn without_authority(self) -> Self {
        Self { authority: None, ..self }
    }

    /// Nothing where a release wrote the record that did not know everything which a decision needs.
    pub(crate) fn of_record(record: SessionRecord) -> Option<Self> {
        Some(Self {
            user_id: record.user_id,
            username: record.username,
            tenant: record.tenant?,
            staff: record.staff?,
            api_token: false,
            authority: authority(record.roles, record.permissions),
        })
    }
}

impl Requester for Principal {
    fn user_id(&self) -> UserId {
        self.user_id
    }

    fn tenant(&self) -> &str {
        &self.tenant
    }

    fn is_staff(&self) -> bool {
        self.staff
    }

    fn is_api_token(&self) -> bool {
        self.api_token
    }

    fn grants(&self) -> Option<&GrantSet> {
        self.grants()
    }
}

impl From<internal_api::Principal> for Principal {
    fn from(principal: internal_api::Principal) -> Self {
        Self {
            user_id: principal.user_id,
            username: principal.username,
            tenant: principal.tenant,
            staff: principal.staff,
            api_token: principal.api_token,
            authority: authority(principal.roles, principal.permissions),
        }
    }
}

/// A grant that can't be read grants nothing; user-mgmt, which wrote it, logs it.
fn authority(roles: Option<Vec<String>>, permissions: Option<Vec<String>>) -> Option<Authority> {
    let (grants, _) = GrantSet::from_stored(permissions?);
    Some(Authority { roles: roles.unwrap_or_default(), grants })
}
