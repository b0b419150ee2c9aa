use accounts::{ApiTokenId, Timestamp, UserId};
use guard::Requester;
use http_kit::{Identity, Problem};
use rbac::{GrantSet, Principal};
use store::api_tokens;
use store::sessions::{self, Account, Held, Session};

/// Whoever makes a request: an account, by a session or an API token, and, while RBAC is on, what it may do.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The account.
    pub account: Account,
    /// What the request was made with.
    pub credential: Credential,
    /// What the account may do; absent while RBAC is off, and where that could not be read.
    pub authority: Option<Authority>,
    grants: GrantSet,
}

/// What a request is made with.
#[derive(Clone, Copy, Debug)]
pub enum Credential {
    /// A live session.
    Session(Session),
    /// A usable API token.
    Token {
        /// The token.
        id: ApiTokenId,
        /// When it was last used, to within an hour.
        last_used_at: Option<Timestamp>,
    },
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

/// A caller by a session: what an API token does not do for.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub caller: Caller,
}

impl Caller {
    /// A caller by a session, with RBAC off or unreadable.
    pub fn without_rbac(row: sessions::SignedIn) -> Self {
        Self {
            account: row.account,
            credential: Credential::Session(row.session),
            authority: None,
            grants: GrantSet::default(),
        }
    }

    /// A caller by a session, with RBAC on.
    pub fn with_rbac(row: sessions::Principal) -> Self {
        let (authority, grants) = read(row.held);
        Self {
            account: row.account,
            credential: Credential::Session(row.session),
            authority: Some(authority),
            grants,
        }
    }

    /// A caller by an API token: what its scopes name and its owner may do at present.
    pub fn by_token(row: api_tokens::Principal) -> Self {
        let (authority, held) = read(row.held);
        // A scope that can't be read allows nothing.
        let (scopes, _) = GrantSet::from_stored(&row.scopes);
        Self {
            account: row.account,
            credential: Credential::Token { id: row.token_id, last_used_at: row.last_used_at },
            authority: Some(authority),
            grants: held.intersection(&scopes),
        }
    }

    /// The caller's account.
    pub fn user_id(&self) -> UserId {
        self.account.user_id
    }

    /// What the log and the audit log say about the caller.
    pub(crate) fn identity(&self) -> Identity {
        Identity {
            user_id: self.account.user_id,
            tenant_id: self.account.tenant_id,
            tenant: self.account.tenant.clone(),
            roles: self.authority.as_ref().map(|authority| authority.roles.clone()).unwrap_or_default(),
        }
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
            has_password: account.has_password,
            roles: self.authority.as_ref().map(|authority| authority.roles.clone()),
            permissions: self.authority.as_ref().map(|_| self.permissions()),
        }
    }

    /// The caller's grants as texts, sorted.
    pub fn permissions(&self) -> Vec<String> {
        self.grants.iter().map(ToString::to_string).collect()
    }
}

fn read(held: Held) -> (Authority, GrantSet) {
    let (grants, defects) = GrantSet::from_stored(&held.grants);
    let defects = defects.into_iter().map(|defect| format!("`{}`: {}", defect.text, defect.error)).collect();
    (Authority { epoch: held.epoch, roles: held.roles, defects }, grants)
}

impl SignedIn {
    /// Refuses an API token: it manages neither sessions nor tokens nor passwords.
    pub fn of(caller: Caller) -> Result<Self, Problem> {
        match caller.credential {
            Credential::Session(session) => Ok(Self { session, caller }),
            Credential::Token { .. } => Err(Problem::new(
                http::StatusCode::FORBIDDEN,
                "session_required",
                "this needs a session; an API token does not do",
            )),
        }
    }
}

impl Principal for Caller {
    fn grants(&self) -> &GrantSet {
        &self.grants
    }
}

impl Requester for Caller {
    fn user_id(&self) -> UserId {
        self.account.user_id
    }

    fn tenant(&self) -> &str {
        &self.account.tenant
    }

    fn is_staff(&self) -> bool {
        self.account.staff
    }

    fn is_api_token(&self) -> bool {
        matches!(self.credential, Credential::Token { .. })
    }

    fn grants(&self) -> Option<&GrantSet> {
        self.authority.as_ref().map(|_| &self.grants)
    }
}
