//! API tokens: they act for their owner, never beyond their own scopes or what the owner may do at the time.

use accounts::{ApiTokenId, Timestamp, TokenHash, TokenName, UserId};
use rbac::Grant;
use serde::Deserialize;

use crate::rows::texts;
use crate::sessions::{Account, Held};
use crate::statement::statement;
use crate::{Query, Statement, Window};

/// A token that is about to exist.
#[derive(Clone, Debug)]
pub struct NewApiToken {
    /// Its id, as its owner sees it.
    pub id: ApiTokenId,
    /// The hash of the secret.
    pub token_hash: TokenHash,
    /// Whose.
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: TokenName,
    /// What it may be used for.
    pub scopes: Vec<Grant>,
    /// When.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A token as its owner sees it in a list.
#[derive(Clone, Debug, Deserialize)]
pub struct Listed {
    /// Its id.
    pub id: ApiTokenId,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    #[serde(deserialize_with = "texts")]
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, to within an hour; never, where there is none.
    pub last_used_at: Option<Timestamp>,
}

/// A usable token with its owner's account, and what that may do.
#[derive(Clone, Debug, Deserialize)]
pub struct Principal {
    /// The token.
    pub token_id: ApiTokenId,
    /// What it may be used for, not yet parsed.
    #[serde(deserialize_with = "texts")]
    pub scopes: Vec<String>,
    /// When it was last used, to within an hour.
    pub last_used_at: Option<Timestamp>,
    /// The owner.
    #[serde(flatten)]
    pub account: Account,
    /// What the owner may do.
    #[serde(flatten)]
    pub held: Held,
}

/// A number of tokens.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Count {
    /// The number.
    pub tokens: u32,
}

/// Adds a token.
pub fn insert(token: &NewApiToken) -> Statement {
    statement!(
        "api_tokens/insert",
        &token.id,
        &token.token_hash,
        &token.user_id,
        &token.name,
        &*token.scopes,
        token.created_at,
        token.expires_at,
    )
}

/// A page of a user's tokens, the newest first, after the one whose id is `after`.
pub fn list(user: UserId, after: &str, limit: u32) -> Query<Listed> {
    Query::new(statement!("api_tokens/list", &user, after, i64::from(limit)))
}

/// One of a user's tokens.
pub fn of_user(id: ApiTokenId, user: UserId) -> Query<Listed> {
    Query::new(statement!("api_tokens/of_user", &id, &user))
}

/// How many tokens of a user have not ended, counted no further than `most`.
pub fn count_live(user: UserId, now: Timestamp, most: u32) -> Query<Count> {
    Query::new(statement!("api_tokens/count_live", &user, now, i64::from(most)))
}

/// Who acts by this token, and what they may do by it.
pub fn principal(token: &TokenHash, now: Timestamp) -> Query<Principal> {
    Query::new(statement!("api_tokens/principal", token, now))
}

/// Writes down that a token was used, unless that was done after `unless_since`.
pub fn touch(id: ApiTokenId, now: Timestamp, unless_since: Timestamp) -> Statement {
    statement!("api_tokens/touch", &id, now, unless_since)
}

/// Revokes a token.
pub fn delete(id: ApiTokenId) -> Statement {
    statement!("api_tokens/delete", &id)
}

/// Deletes tokens that ended at `until` or before, as far as `window` has them; gives a row for each.
pub fn sweep(window: &Window, until: Timestamp) -> Statement {
    statement!("api_tokens/sweep", &window.from, until, i64::from(window.rows))
}

/// Revokes all API tokens of a user.
pub fn delete_by_user(user: UserId) -> Statement {
    statement!("api_tokens/delete_by_user", &user)
}
