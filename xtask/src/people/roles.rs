//! Roles for accounts that are there: the default one for all, others for those who are named, the first administrator.

use std::collections::BTreeSet;

use accounts::{Email, RoleId, UserId};
use rbac::{RoleName, catalogue};
use store::people::{self, AccountId, Named, NamedRole};
use store::{Db, Query};

use super::run::{BATCH, Run, refused};
use crate::failure::{Failure, Result};

/// How many addresses are looked up at a time: the longest of them fit into a statement.
const NAMED: usize = 300;

/// Gives the default role to every account that lacks it, but for those from whom somebody took it. Gives how many.
pub(super) async fn default_role(
    db: &impl Db,
    run: &Run<'_>,
    mut progress: impl FnMut(u64, u64),
) -> Result<u64> {
    let role = RoleId::MEMBER;
    let total = people::count_without_role(role).one(db).await.map_err(refused)?.accounts;
    if run.dry {
        return Ok(total);
    }
    let mut done = 0;
    let mut page = people::without_role("", role, BATCH).all(db).await.map_err(refused)?;
    while let Some(last) = page.last() {
        let ids: Vec<UserId> = page.iter().map(|user| user.id).collect();
        let mut batch = people::give_role(&ids, role, "people default-role", &run.told(), run.work());
        let next = people::without_role(&last.id.to_string(), role, BATCH).into_statement();
        let name = next.name;
        batch.push(next);
        let rows = db.batch(batch).await.map_err(refused)?.pop().unwrap_or_default();
        done += u64::try_from(ids.len()).unwrap_or(0);
        progress(done, total);
        page = Query::<AccountId>::decode(name, rows).map_err(refused)?;
    }
    told(db, run).await
}

/// What came of a promotion, or would.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Promoted {
    /// The role, as it is spelt.
    pub(super) role: String,
    /// How many were given it.
    pub(super) given: u64,
    /// How many had it.
    pub(super) had: u64,
}

/// Gives a role to these accounts: to all of them, or to none where one is not there or not confirmed.
pub(super) async fn promote(
    db: &impl Db,
    run: &Run<'_>,
    role: &RoleName,
    emails: &BTreeSet<Email>,
    unconfirmed: bool,
    mut progress: impl FnMut(u64, u64),
) -> Result<Promoted> {
    let found = people::role_by_name(role).first(db).await.map_err(refused)?;
    let role = found.ok_or_else(|| {
        Failure::new(format!("there is no role `{role}`"), "create it first, or correct the name")
    })?;
    let accounts = find(db, &role, emails).await?;
    let (holders, others): (Vec<_>, Vec<_>) = accounts.into_iter().partition(|account| account.holds);
    refuse_unconfirmed(&others, unconfirmed)?;
    let total = number(others.len());
    let mut promoted = Promoted { role: role.name, given: total, had: number(holders.len()) };
    if run.dry {
        return Ok(promoted);
    }
    let ids: Vec<UserId> = others.iter().map(|account| account.id).collect();
    let mut done = 0;
    for ids in ids.chunks(BATCH as usize) {
        let batch = people::give_role(ids, role.id, "people promote", &run.told(), run.work());
        db.batch(batch).await.map_err(refused)?;
        done += number(ids.len());
        progress(done, total);
    }
    promoted.given = told(db, run).await?;
    Ok(promoted)
}

/// Makes an account the first administrator. Gives whether it has just become that.
pub(super) async fn bootstrap_admin(
    db: &impl Db,
    run: &Run<'_>,
    email: &Email,
    unconfirmed: bool,
) -> Result<bool> {
    let admins = people::super_admins(10).all(db).await.map_err(refused)?;
    let admins: Vec<String> = admins.into_iter().map(|admin| admin.email.to_string()).collect();
    if admins.contains(&email.to_string()) {
        return Ok(false);
    }
    if !admins.is_empty() {
        return Err(Failure::new(
            format!("there is an administrator already: {}", admins.join(", ")),
            "have one of them appoint the next; if none of them can, cargo xtask people promote SUPER_ADMIN does",
        ));
    }
    let role = NamedRole { id: RoleId::SUPER_ADMIN, name: catalogue::SUPER_ADMIN.to_owned() };
    let accounts = find(db, &role, &BTreeSet::from([email.clone()])).await?;
    if accounts.iter().any(|account| !account.active) {
        return Err(Failure::new(
            format!("{email} may not sign in: the account, or its tenant, is not active"),
            "have the invitation accepted, reactivate the account, or name another",
        ));
    }
    refuse_unconfirmed(&accounts, unconfirmed)?;
    if !run.dry {
        let ids: Vec<UserId> = accounts.iter().map(|account| account.id).collect();
        let batch = people::give_role(&ids, role.id, "people bootstrap-admin", &run.told(), run.work());
        db.batch(batch).await.map_err(refused)?;
    }
    Ok(true)
}

/// The accounts of these addresses; all of them must be there.
async fn find(db: &impl Db, role: &NamedRole, emails: &BTreeSet<Email>) -> Result<Vec<Named>> {
    let wanted: Vec<Email> = emails.iter().cloned().collect();
    let mut found = Vec::new();
    for wanted in wanted.chunks(NAMED) {
        found.extend(people::named(wanted, role.id).all(db).await.map_err(refused)?);
    }
    let there: BTreeSet<&Email> = found.iter().map(|account| &account.email).collect();
    let missing: Vec<String> =
        emails.iter().filter(|email| !there.contains(email)).map(ToString::to_string).collect();
    if missing.is_empty() {
        return Ok(found);
    }
    Err(Failure::new(
        format!("there is no account of {}; nothing was changed", missing.join(", ")),
        "correct the address, or have its owner register first",
    ))
}

/// Whoever registers with the address of another has that address, but not confirmed.
fn refuse_unconfirmed(accounts: &[Named], accepted: bool) -> Result<()> {
    let unconfirmed: Vec<&str> =
        accounts.iter().filter(|account| !account.verified).map(|account| account.email.as_str()).collect();
    if accepted || unconfirmed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format!("nobody has shown that they own {}; nothing was changed", unconfirmed.join(", ")),
        "have the owner follow the link in the mail; where no mail is sent and you know whose account it is, say \
         --unconfirmed",
    ))
}

/// How many accounts this run has changed.
async fn told(db: &impl Db, run: &Run<'_>) -> Result<u64> {
    Ok(people::count_told(&run.request_id).one(db).await.map_err(refused)?.accounts)
}

fn number(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
