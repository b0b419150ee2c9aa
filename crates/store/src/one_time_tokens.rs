//! One-time tokens, by their hashes: what a link in a mail is worth.

use accounts::{Email, TenantId, Timestamp, TokenHash, UserId};
use serde::{Deserialize, Serialize};

use crate::rows::flag;
use crate::statement::statement;
use crate::{Query, Statement, Window};

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Shows that the address is its owner's.
    VerifyEmail,
    /// Sets a new password.
    ResetPassword,
    /// Sets the first password of an account that an administrator has made.
    Invite,
}

impl Purpose {
    /// Its name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::Invite => "invite",
        }
    }
}

/// A token that can be used, and the account that it is for.
#[derive(Clone, Debug, Deserialize)]
pub struct UsableToken {
    /// What it is good for.
    pub purpose: Purpose,
    /// Until when.
    pub expires_at: Timestamp,
    /// The account.
    pub user_id: UserId,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// Its address.
    pub email: Email,
    /// Whether the address was shown to be the user's before.
    #[serde(deserialize_with = "flag")]
    pub verified: bool,
}

/// When a token was made, and when it ends.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    /// Now.
    pub created_at: Timestamp,
    /// Later.
    pub expires_at: Timestamp,
}

/// Puts a new token in the place of the older one of its purpose, if there is one.
pub fn upsert(hash: &TokenHash, user: UserId, purpose: Purpose, life: Life) -> Statement {
    statement!("one_time_tokens/upsert", hash, &user, purpose.as_str(), life.created_at, life.expires_at)
}

/// The token of this hash, if it can be used now.
pub fn usable(hash: &TokenHash, now: Timestamp) -> Query<UsableToken> {
    Query::new(statement!("one_time_tokens/by_hash", hash, now))
}

/// It is used up.
pub fn delete(hash: &TokenHash) -> Statement {
    statement!("one_time_tokens/delete", hash)
}

/// No link in any mail to this user works any more.
pub fn delete_by_user(user: UserId) -> Statement {
    statement!("one_time_tokens/delete_by_user", &user)
}

/// Deletes tokens that are over, as far as `window` has them; gives a row for each.
pub fn sweep(window: &Window, now: Timestamp) -> Statement {
    statement!("one_time_tokens/sweep", &window.from, now, i64::from(window.rows))
}
