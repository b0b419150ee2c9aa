//! Many accounts at once, as an operator changes them from the command line: roles given to all or to some who are named,
//! and accounts taken over from elsewhere.
//!
//! A change is one batch whose first event statement decides whom it is about; what follows works on those whom the events
//! name. So each account is changed with its event or not at all, and a batch that comes twice changes nothing twice.

use accounts::{AuditEventId, Email, OutboxId, PersonName, RoleId, TenantId, Timestamp, UserId};
use rbac::RoleName;
use serde::Deserialize;
use serde_json::json;

use crate::audit::Action;
use crate::outbox::{self, Schedule};
use crate::rows::flag;
use crate::statement::statement;
use crate::{Query, Statement, rbac_meta};

/// How long a list in a statement may be: D1 takes 100 KB of SQL.
const LIST_BYTES: usize = 80_000;

/// Who runs a command, and when.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// Stands in all events of the command, and in no others.
    pub request_id: &'a str,
    /// Who runs it.
    pub operator: &'a str,
    /// The time of this batch, later than that of any batch before it.
    pub at: Timestamp,
}

impl Told<'_> {
    /// Before every event of this batch, and behind those of the batches before it.
    fn first_event(&self) -> AuditEventId {
        AuditEventId::first_at(self.at)
    }
}

/// A number of accounts.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Accounts {
    /// So many.
    pub accounts: u64,
}

/// An account by its id.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct AccountId {
    /// The id.
    pub id: UserId,
}

/// An account by its address.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountEmail {
    /// The address.
    pub email: Email,
}

/// An account that an operator names by its address.
#[derive(Clone, Debug, Deserialize)]
pub struct Named {
    /// Its id.
    pub id: UserId,
    /// Its address.
    pub email: Email,
    /// Whether the address was shown to be the user's.
    #[serde(deserialize_with = "flag")]
    pub verified: bool,
    /// Whether the account and its tenant may sign in at all.
    #[serde(deserialize_with = "flag")]
    pub active: bool,
    /// Whether it has the role in question.
    #[serde(deserialize_with = "flag")]
    pub holds: bool,
}

/// A role as an operator names it.
#[derive(Clone, Debug, Deserialize)]
pub struct NamedRole {
    /// Its id.
    pub id: RoleId,
    /// Its name, as it is spelt.
    pub name: String,
}

/// An account that comes from elsewhere.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What its id becomes.
    pub id: UserId,
    /// What its id was.
    pub source_id: i64,
    /// Its address.
    pub email: Email,
    /// When the address was shown to be the user's, if it was.
    pub email_verified_at: Option<Timestamp>,
    /// A hash that can be verified, if there is one.
    pub password_hash: Option<String>,
    /// First name.
    pub first_name: Option<PersonName>,
    /// Last name.
    pub last_name: Option<PersonName>,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// So many accounts behind this id that lack a role, but for those from whom somebody took it; in the order of their ids.
/// Before the first comes the empty text.
pub fn without_role(after: &str, role: RoleId, limit: u32) -> Query<AccountId> {
    Query::new(statement!("people/without_role", after, &role, i64::from(limit)))
}

/// How many accounts [`without_role`] finds in all.
pub fn count_without_role(role: RoleId) -> Query<Accounts> {
    Query::new(statement!("people/count_without_role", &role))
}

/// The accounts of these addresses, as far as there are any.
pub fn named(emails: &[Email], role: RoleId) -> Query<Named> {
    Query::new(statement!("people/named", emails, &role))
}

/// A role by its name, in any case.
pub fn role_by_name(name: &RoleName) -> Query<NamedRole> {
    Query::new(statement!("people/role_by_name", name))
}

/// Active administrators, so many at most.
pub fn super_admins(limit: u32) -> Query<AccountEmail> {
    Query::new(statement!("people/super_admins", i64::from(limit)))
}

/// So many addresses behind this one, in order.
pub fn emails(after: &str, limit: u32) -> Query<AccountEmail> {
    Query::new(statement!("people/emails", after, i64::from(limit)))
}

/// How many events a command has written.
pub fn count_told(request_id: &str) -> Query<Accounts> {
    Query::new(statement!("people/count_told", request_id))
}

/// Gives a role to those of these accounts that are there and lack it. What is cached about anybody's permissions is stale
/// from then on: one piece of work, however many accounts there are.
pub fn give_role(
    users: &[UserId],
    role: RoleId,
    reason: &str,
    told: &Told<'_>,
    work: OutboxId,
) -> Vec<Statement> {
    let action = Action::RoleAssigned;
    let tell = statement!(
        "people/tell_of_role",
        users,
        &role,
        &told.first_event(),
        told.at,
        action.as_str(),
        action.target().as_str(),
        told.request_id,
        reason,
        told.operator,
    );
    let when = Schedule { created_at: told.at, due_at: told.at };
    vec![
        tell,
        give_role_as_told(role, told),
        statement!("people/raise_versions_as_told", told.request_id, &told.first_event(), told.at),
        rbac_meta::bump_epoch(),
        outbox::insert(work, outbox::RAISE_EPOCH, &json!({}), when),
    ]
}

/// Makes accounts that come from elsewhere, with a role, but for those whose address is taken.
pub fn import(users: &[Imported], role: RoleId, role_name: &str, told: &Told<'_>) -> Vec<Statement> {
    let mut batch: Vec<Statement> = lists(users)
        .into_iter()
        .map(|list| statement!("people/insert_all", list, &TenantId::DEFAULT, told.at))
        .collect();
    let ids: serde_json::Value = users.iter().map(|user| json!([user.id, user.source_id])).collect();
    let action = Action::UserImported;
    batch.push(statement!(
        "people/tell_of_imports",
        ids.to_string(),
        &told.first_event(),
        told.at,
        action.as_str(),
        action.target().as_str(),
        told.request_id,
        role_name,
        told.operator,
    ));
    batch.push(give_role_as_told(role, told));
    batch
}

/// The rows of these accounts as lists of JSON, each short enough to be written into a statement.
fn lists(users: &[Imported]) -> Vec<String> {
    let mut lists: Vec<String> = Vec::new();
    let mut bytes = 0;
    for user in users {
        let row = json!([
            user.id,
            user.email,
            user.email_verified_at,
            user.password_hash,
            user.first_name,
            user.last_name,
            user.created_at
        ])
        .to_string();
        // A quote is written twice.
        let length = row.len() + row.matches('\'').count() + 1;
        match lists.last_mut() {
            Some(list) if bytes + length <= LIST_BYTES => {
                list.push(',');
                list.push_str(&row);
                bytes += length;
            }
            _ => {
                lists.push(format!("[{row}"));
                bytes = length;
            }
        }
    }
    for list in &mut lists {
        list.push(']');
    }
    lists
}

fn give_role_as_told(role: RoleId, told: &Told<'_>) -> Statement {
    statement!("people/give_role_as_told", told.request_id, &told.first_event(), &role, told.at)
}
