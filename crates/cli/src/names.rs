//! Accounts, roles and permissions, as people name them.

use std::collections::BTreeMap;
use std::str::FromStr;

use accounts::{Email, PermissionId, RoleId, UserId};
use api::{AdminUser, Permission, Role};
use rbac::{Grant, RoleName};

use crate::client::{Client, Query};
use crate::failure::{Failure, Result};
use crate::progress::Progress;

/// An account, by its id or its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UserRef {
    Id(UserId),
    Address(Email),
}

/// A role, by its id or its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RoleRef {
    Id(RoleId),
    Name(RoleName),
}

impl FromStr for UserRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        text.parse().map(Self::Address).map_err(|_| "must be an id or an e-mail address".to_owned())
    }
}

impl FromStr for RoleRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        text.parse().map(Self::Name).map_err(|_| "must be the name or the id of a role".to_owned())
    }
}

impl Client {
    /// The id of an account. An address is looked for among all of them.
    pub(crate) fn user_id(&self, user: &UserRef) -> Result<UserId> {
        let address = match user {
            UserRef::Id(id) => return Ok(*id),
            UserRef::Address(address) => address,
        };
        let query = Query::default().with("q", Some(address));
        for found in self.list::<AdminUser>("/v1/admin/users", &query) {
            let found = found?;
            if found.username == *address {
                return Ok(found.id);
            }
        }
        Err(Failure::NotFound(format!("there is no account of {address}")))
    }

    /// The id of a role.
    pub(crate) fn role_id(&self, role: &RoleRef) -> Result<RoleId> {
        Ok(self.role_ids(std::slice::from_ref(role))?.remove(0))
    }

    /// The ids of roles, in the same order.
    pub(crate) fn role_ids(&self, roles: &[RoleRef]) -> Result<Vec<RoleId>> {
        let mut known: BTreeMap<String, RoleId> = BTreeMap::new();
        if roles.iter().any(|role| matches!(role, RoleRef::Name(_))) {
            for role in self.list::<Role>("/rbac/roles", &Query::default()) {
                let role = role?;
                known.insert(role.name, role.id);
            }
        }
        let id = |role: &RoleRef| match role {
            RoleRef::Id(id) => Ok(*id),
            RoleRef::Name(name) => known
                .get(name.as_str())
                .copied()
                .ok_or_else(|| Failure::NotFound(format!("there is no role `{name}`"))),
        };
        roles.iter().map(id).collect()
    }

    /// The ids of entries of the catalogue, in the same order.
    pub(crate) fn permission_ids(&self, names: &[Grant]) -> Result<Vec<PermissionId>> {
        let progress = Progress::counting("permissions looked through");
        let mut known: BTreeMap<String, PermissionId> = BTreeMap::new();
        for permission in self.list::<Permission>("/rbac/permissions", &Query::default()) {
            let permission = permission?;
            progress.more(1);
            if names.iter().any(|name| name.as_str() == permission.name) {
                known.insert(permission.name, permission.id);
            }
            if known.len() == names.len() {
                break;
            }
        }
        let id = |name: &Grant| {
            known
                .get(name.as_str())
                .copied()
                .ok_or_else(|| Failure::NotFound(format!("`{name}` is not in the permission catalogue")))
        };
        names.iter().map(id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_named_by_id_or_address_and_a_role_by_id_or_name() {
        let id = "0199c0de-0000-7000-8000-00000000000a";
        assert!(matches!(id.parse(), Ok(UserRef::Id(_))));
        assert!(matches!("Ada@Example.com".parse(), Ok(UserRef::Address(_))));
        assert!("ada".parse::<UserRef>().is_err());
        assert!(matches!(id.parse(), Ok(RoleRef::Id(_))));
        assert!(matches!("post author".parse(), Ok(RoleRef::Name(_))));
        assert!("".parse::<RoleRef>().is_err());
    }
}
