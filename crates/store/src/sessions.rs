//! Sessions: the truth about who is signed in.

use accounts::{Email, SessionId, SessionLimits, TenantId, Timestamp, TokenHash, UserId};
use serde::Deserialize;

use crate::rows::{flag, texts};
use crate::statement::statement;
use crate::{Query, Statement, Window};

/// A session that is about to start.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id, as its owner sees it.
    pub id: SessionId,
    /// The hash of its token.
    pub token_hash: TokenHash,
    /// Whose.
    pub user_id: UserId,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// A live session.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Session {
    /// Its id, as its owner sees it.
    #[serde(rename = "session_id")]
    pub id: SessionId,
    /// The hash of its token.
    pub token_hash: TokenHash,
    /// When it started.
    #[serde(rename = "session_created_at")]
    pub created_at: Timestamp,
    /// When it was last seen in use, to within a twelfth of the idle limit.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// What the cache may have of it, if anything.
    pub cached: Option<Cached>,
}

/// What the cache may have of a session. What it may not have, nobody has to tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cached {
    /// A record that is believed.
    Live,
    /// A record that it has been told, or is being told, not to believe.
    Outdated,
}

/// A session whose record may be written.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Cacheable {
    /// Its id.
    pub id: SessionId,
}

/// The account behind a session or an API token.
#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    /// The account.
    pub user_id: UserId,
    /// Its address.
    pub email: Email,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// The name of its tenant.
    pub tenant: String,
    /// Whether it is of the staff of whoever runs the deployment.
    #[serde(deserialize_with = "flag")]
    pub staff: bool,
    /// Whether it has a password.
    #[serde(deserialize_with = "flag")]
    pub has_password: bool,
    /// Rises with any change to the account's roles, status or password.
    pub authz_version: i64,
}

/// What the roles of an account are and grant, as it is now.
#[derive(Clone, Debug, Deserialize)]
pub struct Held {
    /// Rises with any change to what any role grants.
    pub epoch: i64,
    /// The names of the roles.
    #[serde(deserialize_with = "texts")]
    pub roles: Vec<String>,
    /// The stored grants of those roles, not yet parsed.
    #[serde(deserialize_with = "texts")]
    pub grants: Vec<String>,
}

/// A live session and its account.
#[derive(Clone, Debug, Deserialize)]
pub struct SignedIn {
    /// The session.
    #[serde(flatten)]
    pub session: Session,
    /// The account.
    #[serde(flatten)]
    pub account: Account,
}

/// A live session with its account, and what that may do.
#[derive(Clone, Debug, Deserialize)]
pub struct Principal {
    /// The session.
    #[serde(flatten)]
    pub session: Session,
    /// The account.
    #[serde(flatten)]
    pub account: Account,
    /// What it may do.
    #[serde(flatten)]
    pub held: Held,
}

/// A session as its owner sees it in a list.
#[derive(Clone, Debug, Deserialize)]
pub struct Listed {
    /// Its id.
    pub id: SessionId,
    /// What the browser called itself.
    pub user_agent: Option<String>,
    /// When it started.
    pub created_at: Timestamp,
    /// When it was last seen in use, to within a twelfth of the idle limit.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// Starts a session.
pub fn insert(session: &NewSession) -> Statement {
    statement!(
        "sessions/insert",
        &session.id,
        &session.token_hash,
        &session.user_id,
        session.user_agent.as_deref(),
        session.created_at,
        session.expires_at,
    )
}

/// The strict check with RBAC on.
pub fn principal(token: &TokenHash, limits: &SessionLimits, now: Timestamp) -> Query<Principal> {
    Query::new(statement!("sessions/principal", token, now, limits.idle_since(now)))
}

/// The strict check with RBAC off.
pub fn account(token: &TokenHash, limits: &SessionLimits, now: Timestamp) -> Query<SignedIn> {
    Query::new(statement!("sessions/account", token, now, limits.idle_since(now)))
}

/// Writes down that a session was used.
pub fn touch(id: SessionId, now: Timestamp) -> Statement {
    statement!("sessions/touch", &id, now)
}

/// Writes down that the cache is about to have a record of a session; gives no row where that would be out of date already: the
/// session is over, or its user is not at `version` any more.
pub fn cache(id: SessionId, version: i64) -> Query<Cacheable> {
    Query::new(statement!("sessions/cache", &id, version))
}

/// Writes down that the cache is told about the sessions of a user; comes after that work, in its batch.
pub fn outdate(user: UserId) -> Statement {
    statement!("sessions/outdate", &user)
}

/// Ends a session.
pub fn delete(id: SessionId) -> Statement {
    statement!("sessions/delete", &id)
}

/// Ends all sessions of a user.
pub fn delete_by_user(user: UserId) -> Statement {
    statement!("sessions/delete_by_user", &user)
}

/// Ends all sessions of a user but one.
pub fn delete_others(user: UserId, kept: SessionId) -> Statement {
    statement!("sessions/delete_others", &user, &kept)
}

/// Ends the session of a token, if it is one.
pub fn delete_by_token(token: &TokenHash) -> Statement {
    statement!("sessions/delete_by_token", token)
}

/// Deletes sessions that are over, as far as `window` has them; gives a row for each.
pub fn sweep(window: &Window, limits: &SessionLimits, now: Timestamp) -> Statement {
    statement!("sessions/sweep", &window.from, now, limits.idle_since(now), i64::from(window.rows))
}

/// A page of a user's live sessions, the newest first, after the one whose id is `after`.
pub fn list(user: UserId, limits: &SessionLimits, now: Timestamp, after: &str, limit: u32) -> Query<Listed> {
    Query::new(statement!("sessions/list", &user, now, limits.idle_since(now), after, i64::from(limit)))
}
