//! Accounts as administrators see them: with their roles, in pages, by filters, and by parts of names and addresses.
//!
//! A page costs the same wherever it is. Where one index alone does not answer, as for suspended holders of a role, a page
//! looks at so many users and no more: it may then hold fewer than were asked for, or none, and still be followed by
//! another.

use std::str::FromStr;

use accounts::{Email, RoleId, TenantId, Timestamp, UserId, UserStatus};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::rows::{flag, json_of, optional_json_of};
use crate::statement::statement;
use crate::{Db, Query, StoreError};

/// At how many users a page looks where an index alone does not answer.
const CONSIDERED: u32 = 500;

/// A number above all others that D1 binds exactly.
const NO_NUMBER_YET: i64 = (1 << 53) - 1;

/// An account with its roles.
#[derive(Clone, Debug, Deserialize)]
pub struct UserDetails {
    /// Its id.
    pub id: UserId,
    /// Its tenant.
    pub tenant_id: TenantId,
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
    /// Whether it may sign in, as far as that is about the account.
    pub status: UserStatus,
    /// Whether it belongs to the cohort `staff` of a rollout.
    #[serde(deserialize_with = "flag")]
    pub staff: bool,
    /// Rises with any change to the account's roles, status or password.
    pub authz_version: i64,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// By name.
    pub roles: Vec<RoleRef>,
}

/// A role that somebody has.
#[derive(Clone, Debug, Deserialize)]
pub struct RoleRef {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
}

/// Which users are wanted; all of them where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those of this status.
    pub status: Option<UserStatus>,
    /// Those of the tenant of this name.
    pub tenant: Option<String>,
    /// Those who have the role of this name.
    pub role: Option<String>,
}

/// A page of users, and after which key the next one starts, if there may be one.
#[derive(Clone, Debug)]
pub struct UserPage<K> {
    /// The newest first.
    pub users: Vec<UserDetails>,
    /// The last one that was looked at.
    pub next: Option<K>,
}

/// What a search looks for in names and addresses: each word of it, in any part of them; case and accents do not count.
/// One or two characters are what a name or an address begins with. Where a longer text has a word of one or two
/// characters, it is looked for as it stands. The whole address of an account finds that account alone; one that nobody has,
/// those whose address it is a part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchText(String);

/// Why a text can't be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 100 characters without control characters")]
pub struct ParseSearchTextError;

impl FromStr for SearchText {
    type Err = ParseSearchTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if !(1..=100).contains(&text.chars().count()) || text.chars().any(char::is_control) {
            return Err(ParseSearchTextError);
        }
        Ok(Self(text.to_owned()))
    }
}

impl SearchText {
    /// The text as an address, if it is a whole one.
    fn address(&self) -> Option<Email> {
        Email::parse(&self.0).ok()
    }

    /// As an expression of FTS5. The index knows sequences of three characters; the marks that a user's names and address
    /// begin with in it make three of one or two. Of a whole address it is asked for what comes before the domain, which
    /// everybody may share, so that its lists are the longest.
    fn expression(&self) -> String {
        let phrase = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let length = |text: &str| text.chars().count();
        if let Some(address) = self.address() {
            let address = address.as_str();
            let domain = address.find('@').map_or(0, |at| at + 1);
            return phrase(&address[..domain.max(3)]);
        }
        match length(&self.0) {
            1 => phrase(&format!("\u{2}\u{2}{}", self.0)),
            2 => phrase(&format!("\u{2}{}", self.0)),
            _ if self.0.split_whitespace().any(|word| length(word) < 3) => phrase(&self.0),
            _ => self.0.split_whitespace().map(phrase).collect::<Vec<_>>().join(" AND "),
        }
    }
}

/// The row of one account.
#[derive(Clone, Debug, Deserialize)]
pub struct One {
    /// The account.
    #[serde(deserialize_with = "json_of")]
    pub user: UserDetails,
}

/// A user of a page. A row without one only says how far the page went.
#[derive(Deserialize)]
#[serde(bound(deserialize = "K: DeserializeOwned"))]
struct PageRow<K> {
    last: Option<K>,
    considered: u32,
    key: Option<K>,
    #[serde(deserialize_with = "optional_json_of")]
    user: Option<UserDetails>,
}

/// One account.
pub fn by_id(id: UserId) -> Query<One> {
    Query::new(statement!("user_details/by_id", &id))
}

/// A page of users by their ids, which are in the order in which they were made.
pub async fn page(
    db: &impl Db,
    filter: &Filter,
    after: Option<UserId>,
    limit: u32,
) -> Result<UserPage<UserId>, StoreError> {
    let Filter { status, tenant, role } = filter;
    // Few are suspended or invited, so where these are wanted, their index comes first. Most are active.
    let few = matches!(status, Some(UserStatus::Suspended | UserStatus::Invited));
    let (index, answered) = match (tenant, role) {
        (None, _) if few => ("status", 1),
        (Some(_), _) if few => ("tenant_status", 2),
        (_, Some(_)) => ("role", 1),
        (Some(_), None) => ("tenant", 1),
        (None, None) => ("all", 0),
    };
    let asked = usize::from(status.is_some()) + usize::from(tenant.is_some()) + usize::from(role.is_some());
    let considered = if asked > answered { CONSIDERED } else { limit + 1 };
    // No id sorts after this.
    let after = after.map_or_else(|| "~".to_owned(), |id| id.to_string());
    let rows = Query::new(statement!(
        "user_details/page",
        index,
        after,
        status.as_ref(),
        tenant.as_deref(),
        role.as_deref(),
        i64::from(considered),
        i64::from(limit + 1),
    ));
    Ok(assemble(rows.all(db).await?, considered, limit))
}

/// A page of the users that a search finds, after the number at which another page ended.
pub async fn search(
    db: &impl Db,
    text: &SearchText,
    filter: &Filter,
    after: Option<i64>,
    limit: u32,
) -> Result<UserPage<i64>, StoreError> {
    let Filter { status, tenant, role } = filter;
    let address = text.address();
    let sifted = status.is_some() || tenant.is_some() || role.is_some() || address.is_some();
    let considered = if sifted { CONSIDERED } else { limit + 1 };
    let rows = Query::new(statement!(
        "user_details/search",
        text.expression(),
        after.unwrap_or(NO_NUMBER_YET),
        status.as_ref(),
        tenant.as_deref(),
        role.as_deref(),
        i64::from(considered),
        i64::from(limit + 1),
        address.as_ref(),
    ));
    Ok(assemble(rows.all(db).await?, considered, limit))
}

fn assemble<K: Clone>(rows: Vec<PageRow<K>>, considered: u32, limit: u32) -> UserPage<K> {
    let limit = limit as usize;
    let reach = rows.first().filter(|row| row.considered == considered).and_then(|row| row.last.clone());
    let mut found: Vec<(Option<K>, UserDetails)> =
        rows.into_iter().filter_map(|row| row.user.map(|user| (row.key, user))).collect();
    let next = if found.len() > limit {
        found.truncate(limit);
        found.last().and_then(|(key, _)| key.clone())
    } else {
        reach
    };
    UserPage { users: found.into_iter().map(|(_, user)| user).collect(), next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_becomes_phrases_that_can_mean_nothing_else() {
        for (text, expression) in [
            ("a", "\"\u{2}\u{2}a\""),
            ("李", "\"\u{2}\u{2}李\""),
            (" jo ", "\"\u{2}jo\""),
            ("ada", "\"ada\""),
            ("Ada  Lovelace", "\"Ada\" AND \"Lovelace\""),
            ("jo li", "\"jo li\""),
            ("a\"b OR c*", "\"a\"\"b OR c*\""),
            ("NEAR(ada)", "\"NEAR(ada)\""),
            ("Ada@Example.com", "\"ada@\""),
            ("a@b.example", "\"a@b\""),
            ("ada@exam", "\"ada@exam\""),
        ] {
            assert_eq!(text.parse::<SearchText>().unwrap().expression(), expression, "{text}");
        }
        for text in ["", "  ", "a\u{2}b", "a\0b", &"x".repeat(101)] {
            assert_eq!(text.parse::<SearchText>(), Err(ParseSearchTextError), "{text:?}");
        }
    }
}
