//! Accounts.

use accounts::{Email, PersonName, RoleId, TenantId, Timestamp, UserId, UserStatus};
use serde::Deserialize;

use crate::identities::Profile;
use crate::rows::flag;
use crate::statement::statement;
use crate::{Query, Statement};

/// An account that is about to exist.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Its id.
    pub id: UserId,
    /// The tenant it belongs to.
    pub tenant_id: TenantId,
    /// Its address, which nobody else may have.
    pub email: Email,
    /// When the address was shown to be the user's, if it was.
    pub email_verified_at: Option<Timestamp>,
    /// A PHC string, if the account has a password.
    pub password_hash: Option<String>,
    /// First name.
    pub first_name: Option<PersonName>,
    /// Last name.
    pub last_name: Option<PersonName>,
    /// Whether it may sign in.
    pub status: UserStatus,
    /// Whether it belongs to the cohort `staff` of a rollout.
    pub staff: bool,
    /// When.
    pub created_at: Timestamp,
}

/// What sign-in needs to know of an account.
#[derive(Clone, Debug, Deserialize)]
pub struct Credentials {
    /// The account.
    pub id: UserId,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// A PHC string, if the account has a password.
    pub password_hash: Option<String>,
    /// Whether the address was shown to be the user's.
    #[serde(deserialize_with = "flag")]
    pub verified: bool,
    /// Whether the account and its tenant may sign in at all.
    #[serde(deserialize_with = "flag")]
    pub active: bool,
}

/// What a change of the password needs to know of an account.
#[derive(Clone, Debug, Deserialize)]
pub struct PasswordOf {
    /// Its address.
    pub email: Email,
    /// A PHC string, if the account has a password.
    pub password_hash: Option<String>,
}

/// An account as its owner and its administrators see it.
#[derive(Clone, Debug, Deserialize)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The name of its tenant.
    pub tenant: String,
    /// Its address.
    pub email: Email,
    /// When the address was shown to be the user's, if it was.
    pub email_verified_at: Option<Timestamp>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// `active`, `invited` or `suspended`.
    pub status: String,
    /// Rises with any change to the account's roles, status or password.
    pub authz_version: i64,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Whom a mail is for.
#[derive(Clone, Debug, Deserialize)]
pub struct MailRecipient {
    /// The address.
    pub email: Email,
    /// First name.
    pub first_name: Option<String>,
    /// Whether the address was shown to be the user's.
    #[serde(deserialize_with = "flag")]
    pub verified: bool,
    /// `active`, `invited` or `suspended`.
    pub status: String,
    /// Whether its tenant is active.
    #[serde(deserialize_with = "flag")]
    pub tenant_active: bool,
}

/// Adds an account; a taken address is a conflict on `users.email`.
pub fn insert(user: &NewUser) -> Statement {
    statement!(
        "users/insert",
        &user.id,
        &user.tenant_id,
        &user.email,
        user.email_verified_at,
        user.password_hash.as_deref(),
        user.first_name.as_ref(),
        user.last_name.as_ref(),
        &user.status,
        user.staff,
        user.created_at,
    )
}

/// What sign-in needs.
pub fn credentials_by_email(email: &Email) -> Query<Credentials> {
    Query::new(statement!("users/credentials_by_email", email))
}

/// One account.
pub fn by_id(id: UserId) -> Query<User> {
    Query::new(statement!("users/by_id", &id))
}

/// Sets both names.
pub fn update_names(
    id: UserId,
    first: Option<&PersonName>,
    last: Option<&PersonName>,
    now: Timestamp,
) -> Statement {
    statement!("users/update_names", &id, first, last, now)
}

/// Puts a hash under newer settings in the place of `old`, if that is still the one.
pub fn update_password_hash(id: UserId, old: &str, new: &str) -> Statement {
    statement!("users/update_password_hash", &id, old, new)
}

/// What a change of the password needs.
pub fn password(id: UserId) -> Query<PasswordOf> {
    Query::new(statement!("users/password", &id))
}

/// Sets another password, and makes every decision about this user stale.
pub fn change_password(id: UserId, hash: &str, now: Timestamp) -> Statement {
    statement!("users/change_password", &id, hash, now)
}

/// Deletes an account with its sessions, tokens and roles.
pub fn delete(id: UserId) -> Statement {
    statement!("users/delete", &id)
}

/// Makes every decision about this user stale.
pub fn bump_authz_version(id: UserId, now: Timestamp) -> Statement {
    statement!("users/bump_authz_version", &id, now)
}

/// Makes every decision about the holders of a role stale.
pub fn bump_authz_version_of_role(role: RoleId, now: Timestamp) -> Statement {
    statement!("users/bump_authz_version_of_role", &role, now)
}

/// Whom a mail is for, as it is when the mail is sent.
pub fn mail_recipient(id: UserId) -> Query<MailRecipient> {
    Query::new(statement!("users/mail_recipient", &id))
}

/// The address was shown to be the user's.
pub fn verify_email(id: UserId, now: Timestamp) -> Statement {
    statement!("users/verify_email", &id, now)
}

/// Sets a password by a mailed token, which also verifies the address and activates an invited account.
pub fn reset_password(id: UserId, hash: &str, now: Timestamp) -> Statement {
    statement!("users/reset_password", &id, hash, now)
}

/// Gives an account another address, which is not verified; a taken one is a conflict on `users.email`.
pub fn change_email(id: UserId, email: &Email, now: Timestamp) -> Statement {
    statement!("users/change_email", &id, email, now)
}

/// Moves an account to another tenant; the guard `last_super_admin` keeps the last one out of a suspended one.
pub fn move_to_tenant(id: UserId, tenant: TenantId, now: Timestamp) -> Statement {
    statement!("users/move_to_tenant", &id, &tenant, now)
}

/// Puts an account into the cohort `staff` of a rollout, or takes it out.
pub fn set_staff(id: UserId, staff: bool, now: Timestamp) -> Statement {
    statement!("users/set_staff", &id, staff, now)
}

/// Keeps an account out; the guard `last_super_admin` keeps the last one in.
pub fn suspend(id: UserId, now: Timestamp) -> Statement {
    statement!("users/suspend", &id, now)
}

/// Lets a suspended account in again, or lets it wait for an invitation as before.
pub fn reactivate(id: UserId, now: Timestamp) -> Statement {
    statement!("users/reactivate", &id, now)
}

/// Gives an account that nobody confirmed to whoever showed that its address is theirs: its password is worth nothing any
/// more, and an invitation counts as accepted.
pub fn claim(id: UserId, now: Timestamp) -> Statement {
    statement!("users/claim", &id, now)
}

/// Takes over what a provider says of a person; what it does not say stays.
pub fn refresh(id: UserId, profile: &Profile, now: Timestamp) -> Statement {
    statement!(
        "users/refresh",
        &id,
        profile.first_name.as_ref(),
        profile.last_name.as_ref(),
        profile.staff,
        profile.tenant_id.as_ref(),
        now,
    )
}
