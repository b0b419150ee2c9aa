use accounts::UserId;
use rbac::{GrantSet, Principal};
use store::sessions::{self, Account};

/// Whoever makes a request: a live session and, while RBAC is on, what its account may do.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The session and the account.
    pub account: Account,
    /// What the account may do; absent while RBAC is off.
    pub authority: Option<Authority>,
    grants: GrantSet,
}

/// What an account may do, and the version of the role matrix that says so.
#[derive(Clone, Debug)]
pub struct Authority {
    /// The epoch that the grants were read at.
    pub epoch: i64,
    /// The names of the roles.
    pub roles: Vec<String>,
    /// Stored grants that can't be read and so grant nothing.
    pub defects: Vec<String>,
}

impl Caller {
    /// A caller with RBAC off.
    pub fn without_rbac(account: Account) -> Self {
        Self { account, authority: None, grants: GrantSet::default() }
    }

    /// A caller with RBAC on.
    pub fn with_rbac(principal: sessions::Principal) -> Self {
        let (grants, defects) = GrantSet::from_stored(&principal.grants);
        let defects =
            defects.into_iter().map(|defect| format!("`{}`: {}", defect.text, defect.error)).collect();
        let authority = Authority { epoch: principal.epoch, roles: principal.roles, defects };
        Self { account: principal.account, authority: Some(authority), grants }
    }

    /// The caller's account.
    pub fn user_id(&self) -> UserId {
        self.account.user_id
    }

    /// What `GET /load-user` says about the caller.
    pub fn load_user(&self) -> api::LoadUser {
        let account = &self.account;
        api::LoadUser {
            user_id: account.user_id,
            username: account.email.clone(),
            first_name: account.first_name.clone(),
            last_name: account.last_name.clone(),
            tenant: account.tenant.clone(),
            roles: self.authority.as_ref().map(|authority| authority.roles.clone()),
            permissions: self.authority.as_ref().map(|_| self.permissions()),
        }
    }

    /// The caller's grants as texts, sorted.
    pub fn permissions(&self) -> Vec<String> {
        self.grants.iter().map(ToString::to_string).collect()
    }
}

impl Principal for Caller {
    fn grants(&self) -> &GrantSet {
        &self.grants
    }
}
