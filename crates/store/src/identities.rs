//! Identities at providers: whose they are, which roles and sessions came with them, and sign-ins under way.
//!
//! Everything here names a table of `0008`, so that it may be run only where a provider is configured.

use accounts::{
    Email, IdentityId, PersonName, RoleId, SessionId, TenantId, Timestamp, TokenHash, UserId, UserStatus,
};
use serde::Deserialize;

use crate::rows::flag;
use crate::statement::statement;
use crate::{Query, Statement};

/// An identity that is about to belong to an account.
#[derive(Clone, Debug)]
pub struct NewIdentity<'a> {
    /// Its id.
    pub id: IdentityId,
    /// Who knows it.
    pub issuer: &'a str,
    /// As whom.
    pub subject: &'a str,
    /// Whose account.
    pub user_id: UserId,
    /// What the provider says its address is.
    pub email: Option<&'a Email>,
    /// When.
    pub created_at: Timestamp,
    /// When it was signed in with, if it is now.
    pub last_used_at: Option<Timestamp>,
}

/// An identity as its owner sees it.
#[derive(Clone, Debug, Deserialize)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// Who knows it.
    pub issuer: String,
    /// As whom.
    pub subject: String,
    /// What the provider last said its address is.
    pub email: Option<String>,
    /// Since when it belongs to the account.
    pub created_at: Timestamp,
    /// When it was last signed in with.
    pub last_used_at: Option<Timestamp>,
}

/// The account that a sign-in at a provider is about.
#[derive(Clone, Debug, Deserialize)]
pub struct Owner {
    /// The identity, where it belongs to the account already.
    pub identity_id: Option<IdentityId>,
    /// The account.
    pub user_id: UserId,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// Its address.
    pub email: Email,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Whether it is of the staff.
    #[serde(deserialize_with = "flag")]
    pub staff: bool,
    /// Whether it may sign in, as far as that is about the account.
    pub status: UserStatus,
    /// Whether its tenant is active.
    #[serde(deserialize_with = "flag")]
    pub tenant_active: bool,
    /// Whether the address was shown to be the user's.
    #[serde(deserialize_with = "flag")]
    pub verified: bool,
    /// Rises with any change to the account's roles, status or password.
    pub authz_version: i64,
}

/// What a provider says of a person; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// First name.
    pub first_name: Option<PersonName>,
    /// Last name.
    pub last_name: Option<PersonName>,
    /// Whether they are of the staff.
    pub staff: Option<bool>,
    /// Their tenant.
    pub tenant_id: Option<TenantId>,
}

/// A role that groups may give or have given.
#[derive(Clone, Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts about a row")]
pub struct GroupRole {
    /// The role.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// Whether a group of the user gives it.
    #[serde(deserialize_with = "flag")]
    pub wanted: bool,
    /// Whether the user has it.
    #[serde(deserialize_with = "flag")]
    pub held: bool,
    /// Whether the user has it from a group.
    #[serde(deserialize_with = "flag")]
    pub given: bool,
    /// Whether it is `SUPER_ADMIN` and nobody else is.
    #[serde(deserialize_with = "flag")]
    pub last: bool,
}

/// A sign-in under way.
#[derive(Clone, Debug, Deserialize)]
pub struct Login {
    /// At which provider.
    pub provider: String,
    /// Where to afterwards.
    pub next: String,
    /// Whose account the identity is for, if it is for one.
    pub user_id: Option<UserId>,
}

/// How a session began.
#[derive(Clone, Debug, Deserialize)]
pub struct Origin {
    /// At which provider.
    pub issuer: String,
    /// With which ID token.
    pub id_token: Option<String>,
}

/// A session that began with an identity.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct BegunWith {
    /// The session.
    pub session_id: SessionId,
}

/// Gives an identity to an account; one that has an owner is a conflict on `external_identities.issuer`.
pub fn insert(identity: &NewIdentity<'_>) -> Statement {
    statement!(
        "external_identities/insert",
        &identity.id,
        identity.issuer,
        identity.subject,
        &identity.user_id,
        identity.email,
        identity.created_at,
        identity.last_used_at,
    )
}

/// Whose identity this is.
pub fn owner(issuer: &str, subject: &str) -> Query<Owner> {
    Query::new(statement!("external_identities/owner", issuer, subject))
}

/// Whose address this is.
pub fn candidate(email: &Email) -> Query<Owner> {
    Query::new(statement!("external_identities/candidate", email))
}

/// A page of a user's identities, the oldest first, after the one whose id is `after`.
pub fn list(user: UserId, after: &str, limit: u32) -> Query<Identity> {
    Query::new(statement!("external_identities/list", &user, after, i64::from(limit)))
}

/// One identity of a user.
pub fn by_id(id: IdentityId, user: UserId) -> Query<Identity> {
    Query::new(statement!("external_identities/by_id", &id, &user))
}

/// It was signed in with.
pub fn used(id: IdentityId, now: Timestamp, email: Option<&Email>) -> Statement {
    statement!("external_identities/use", &id, now, email)
}

/// Takes it from its account; the guard `last_way_in` keeps the last one of an account without a password.
pub fn delete(id: IdentityId) -> Statement {
    statement!("external_identities/delete", &id)
}

/// Takes all but one from an account.
pub fn delete_others(user: UserId, kept: IdentityId) -> Statement {
    statement!("external_identities/delete_others", &user, &kept)
}

/// The roles of these names and those that came with the identity, as they stand.
pub fn roles(user: UserId, identity: IdentityId, names: &[String]) -> Query<GroupRole> {
    Query::new(statement!("identity_roles/state", &user, &identity, names))
}

/// A role came with an identity at this time.
pub fn role_given(identity: IdentityId, role: RoleId, now: Timestamp) -> Statement {
    statement!("identity_roles/upsert", &identity, &role, now)
}

/// No group gives this role any more.
pub fn role_gone(identity: IdentityId, role: RoleId) -> Statement {
    statement!("identity_roles/delete", &identity, &role)
}

/// A session began with an identity.
pub fn session_began(
    session: SessionId,
    identity: IdentityId,
    sid: Option<&str>,
    id_token: Option<&str>,
) -> Statement {
    statement!("identity_sessions/insert", &session, &identity, sid, id_token)
}

/// The sessions that began with an identity, but for one.
pub fn sessions_of_identity(identity: IdentityId, but: SessionId) -> Query<BegunWith> {
    Query::new(statement!("identity_sessions/by_identity", &identity, &but))
}

/// How a session began, if that was at a provider.
pub fn origin(session: SessionId) -> Query<Origin> {
    Query::new(statement!("identity_sessions/by_session", &session))
}

/// The sessions of a subject: of one session at the provider, or of all.
pub fn sessions_of_subject(issuer: &str, subject: &str, sid: Option<&str>) -> Query<BegunWith> {
    Query::new(statement!("identity_sessions/named", issuer, subject, sid))
}

/// The sessions of one session at the provider.
pub fn sessions_of_sid(issuer: &str, sid: &str) -> Query<BegunWith> {
    Query::new(statement!("identity_sessions/named_by_sid", issuer, sid))
}

/// A sign-in at a provider begins.
pub fn login_begins(
    token: &TokenHash,
    provider: &str,
    next: &str,
    user: Option<UserId>,
    expires_at: Timestamp,
) -> Statement {
    statement!("identity_logins/insert", token, provider, next, user.as_ref(), expires_at)
}

/// The sign-in of this token, which is over with it.
pub fn take_login(token: &TokenHash, now: Timestamp) -> Query<Login> {
    Query::new(statement!("identity_logins/take", token, now))
}

/// Deletes sign-ins that nobody came back from, `rows` at most; gives a row for each.
pub fn sweep_logins(now: Timestamp, rows: u32) -> Statement {
    statement!("identity_logins/sweep", now, i64::from(rows))
}

/// A logout token is carried out; one that was is a conflict on `identity_logouts.token`.
pub fn logout_done(token: &str, expires_at: Timestamp) -> Statement {
    statement!("identity_logouts/insert", token, expires_at)
}

/// Deletes logout tokens that are too old to be shown again, `rows` at most; gives a row for each.
pub fn sweep_logouts(now: Timestamp, rows: u32) -> Statement {
    statement!("identity_logouts/sweep", now, i64::from(rows))
}
