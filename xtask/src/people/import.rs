//! Accounts of the older framework, `devondragon/workers-users`, with their password hashes.

use std::collections::HashSet;

use accounts::password::is_older_hash;
use accounts::{Email, PersonName, RoleId, Timestamp, UserId};
use rbac::catalogue;
use serde::Deserialize;
use store::people::{self, Imported};
use store::{Db, Statement, StoreError, decode};

use super::run::{BATCH, Run, refused};
use crate::failure::{Failure, Result};

/// How many users are read at a time: two batches of them.
const USERS: u32 = 2 * BATCH;
/// How many addresses are read at a time: less than a megabyte.
const EMAILS: u32 = 10_000;

/// A user of the older framework.
#[derive(Debug, Deserialize)]
struct SourceUser {
    id: i64,
    username: Option<String>,
    password: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    created_at: Option<i64>,
}

#[derive(Deserialize)]
struct Total {
    users: u64,
}

/// What came of an import, or would.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// How many users the source has.
    pub(super) users: u64,
    /// How many became accounts.
    pub(super) imported: u64,
    /// How many had an account of their address already.
    pub(super) there_already: u64,
    /// How many of the new accounts have no password that can be verified.
    pub(super) without_password: u64,
    /// Whose name was left out, as it is none that an account can have.
    pub(super) names_left_out: Vec<i64>,
    /// Who was left out, and why.
    pub(super) left_out: Vec<(i64, String)>,
}

/// Makes an account of every user of `source` whose address has none. What `bulk` does is what `db` does, with hashes in it.
/// With `confirmed`, the addresses count as shown to be their owners'.
pub(super) async fn import(
    source: &impl Db,
    db: &impl Db,
    bulk: &impl Db,
    run: &Run<'_>,
    confirmed: bool,
    mut progress: impl FnMut(u64, u64),
) -> Result<Report> {
    // Before anything is read from elsewhere: the schema is there.
    people::count_told(&run.request_id).one(db).await.map_err(refused)?;
    let total = source.fetch(statement("SELECT count(*) AS users FROM User", vec![])).await;
    let total: Vec<Total> = total.and_then(|rows| decode("source", rows)).map_err(unreadable)?;
    let mut report = Report { users: total.first().map_or(0, |total| total.users), ..Report::default() };

    let already = emails(db).await?;
    let mut seen = HashSet::new();
    // The first number that can be bound; no id is below it.
    let (mut last, mut read) = (-(1 << 53) + 1, 0);
    loop {
        let page = statement(include_str!("source_users.sql"), vec![last.into(), i64::from(USERS).into()]);
        let page: Vec<SourceUser> =
            source.fetch(page).await.and_then(|rows| decode("source", rows)).map_err(unreadable)?;
        let Some(end) = page.last() else { break };
        last = end.id;
        let mut accounts = Vec::new();
        for user in page {
            read += 1;
            match Email::parse(user.username.as_deref().unwrap_or_default()) {
                Err(error) => report.left_out.push((user.id, format!("the user name: {error}"))),
                Ok(email) if already.contains(email.as_str()) => report.there_already += 1,
                Ok(email) if !seen.insert(email.to_string()) => {
                    report.left_out.push((user.id, "the same address as a user before".to_owned()));
                }
                Ok(email) => accounts.push(account(user, email, run, confirmed, &mut report)),
            }
        }
        if !run.dry {
            for some in accounts.chunks(BATCH as usize) {
                let batch = people::import(some, RoleId::MEMBER, catalogue::MEMBER, &run.told());
                bulk.batch(batch).await.map_err(refused)?;
            }
        }
        progress(read, report.users);
    }
    report.imported = if run.dry {
        u64::try_from(seen.len()).unwrap_or(u64::MAX)
    } else {
        people::count_told(&run.request_id).one(db).await.map_err(refused)?.accounts
    };
    Ok(report)
}

/// The addresses that have an account.
async fn emails(db: &impl Db) -> Result<HashSet<String>> {
    let mut emails = HashSet::new();
    let mut last = String::new();
    loop {
        let page = people::emails(&last, EMAILS).all(db).await.map_err(refused)?;
        let Some(end) = page.last() else { return Ok(emails) };
        last = end.email.to_string();
        emails.extend(page.into_iter().map(|account| account.email.to_string()));
    }
}

/// What a user becomes. What can't be taken over as it is, is left out of the account rather than the account.
fn account(user: SourceUser, email: Email, run: &Run<'_>, confirmed: bool, report: &mut Report) -> Imported {
    let now = run.ambient.now();
    let created_at = Timestamp::from_millis(user.created_at.unwrap_or(i64::MAX).max(0)).min(now);
    let password_hash = user.password.filter(|hash| is_older_hash(hash));
    if password_hash.is_none() {
        report.without_password += 1;
    }
    let mut name = |text: Option<String>| {
        let text = text.filter(|text| !text.trim().is_empty())?;
        let name = PersonName::parse(&text).ok();
        if name.is_none() && report.names_left_out.last() != Some(&user.id) {
            report.names_left_out.push(user.id);
        }
        name
    };
    Imported {
        id: UserId::generate_at(created_at, run.ambient),
        source_id: user.id,
        email,
        email_verified_at: confirmed.then_some(created_at),
        password_hash,
        first_name: name(user.first_name),
        last_name: name(user.last_name),
        created_at,
    }
}

fn statement(sql: &'static str, params: Vec<store::Param>) -> Statement {
    Statement { name: "source", sql, params }
}

#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
fn unreadable(error: StoreError) -> Failure {
    Failure::new(
        format!("the users of the older framework can't be read: {error}"),
        "see that --source names the configuration of its worker `user-mgmt`, and --source-database its database there",
    )
}
