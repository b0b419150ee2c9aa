//! `cargo xtask people`: what happens to the accounts of a deployment when it begins to have roles. Each command can be
//! stopped at any time and run again, and changes nothing a second time.
//!
//! In scope: what to change, in which batches, and what to tell the operator. Not in scope: the statements, which are the
//! store's, and how they reach a database, which is wrangler's.

mod d1;
mod import;
mod options;
mod roles;
mod run;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::env::var;
use std::fs;
use std::path::Path;

use accounts::{Email, PersonName};
use d1::{By, D1};
use import::Report;
pub(crate) use options::Options;
use options::{Place, What};
use pollster::block_on;
use run::Run;

use crate::failure::{Failure, OrFail, Result};
use crate::machine::Machine;
use crate::progress::{Meter, Progress};
use crate::tools::{self, Tools};

pub(crate) fn run(options: Options) -> Result<()> {
    let operator = operator(options.operator)?;
    let missing = Tools::missing(&tools::WRANGLER)?;
    let mut progress = Progress::new(missing.len());
    let tools = Tools::install(missing, &mut progress)?;
    let place = match options.place {
        Place::Local(None) => Place::Local(Some(crate::root().join(".edgeward/dev/state"))),
        place => place,
    };
    let config = crate::root().join("wrangler/user-mgmt.jsonc");
    let db = D1 { tools, config, name: "DB".to_owned(), place, by: By::Arguments };
    let run = Run::new(operator.as_str(), options.dry_run, &Machine);
    let would = if run.dry { "would be" } else { "were" };

    match options.what {
        What::DefaultRole => {
            let mut meter = Meter::new("giving MEMBER");
            let given = block_on(roles::default_role(&db, &run, |done, total| meter.show(done, total)))?;
            println!("{given} accounts {would} given the role MEMBER.");
        }
        What::Promote { role, emails, list, unconfirmed } => {
            let mut all: BTreeSet<Email> = emails.into_iter().collect();
            if let Some(list) = list {
                all.extend(read_list(&list)?);
            }
            let mut meter = Meter::new(&format!("giving {role}"));
            let promote =
                roles::promote(&db, &run, &role, &all, unconfirmed, |done, total| meter.show(done, total));
            let promoted = block_on(promote)?;
            println!(
                "{} accounts {would} given the role {}; {} had it.",
                promoted.given, promoted.role, promoted.had
            );
        }
        What::BootstrapAdmin { email, unconfirmed } => {
            let changed = block_on(roles::bootstrap_admin(&db, &run, &email, unconfirmed))?;
            match (changed, run.dry) {
                (true, false) => println!("{email} is SUPER_ADMIN now."),
                (true, true) => println!("{email} would become SUPER_ADMIN."),
                (false, _) => println!("{email} is SUPER_ADMIN already."),
            }
        }
        What::Import { source, database, confirmed } => {
            // Its local database is where wrangler keeps it, beside its configuration.
            let place = match db.place {
                Place::Local(_) => Place::Local(None),
                Place::Remote(_) => Place::Remote(None),
            };
            let source = D1 { config: source, name: database, place, ..db.clone() };
            let bulk = D1 { by: By::File, ..db.clone() };
            let mut meter = Meter::new("importing");
            let import =
                import::import(&source, &db, &bulk, &run, confirmed, |done, total| meter.show(done, total));
            println!("{}", summary(&block_on(import)?, would));
        }
    }
    if !run.dry {
        println!("Its audit events have the request id {}.", run.request_id);
    }
    Ok(())
}

/// Who is at the terminal.
fn operator(said: Option<PersonName>) -> Result<PersonName> {
    let signed_in = || {
        let mut names = ["USER", "LOGNAME"].into_iter().filter_map(|name| var(name).ok());
        names.find_map(|name| PersonName::parse(&name).ok())
    };
    said.or_else(signed_in).ok_or_else(|| {
        Failure::new(
            "it is not known who runs this, and the audit log says so",
            "give your name: --operator NAME",
        )
    })
}

/// Addresses, one a line; empty lines and what follows `#` do not count.
fn read_list(path: &Path) -> Result<Vec<Email>> {
    let remedy = "the file has one address a line";
    let text = fs::read_to_string(path).or_fail(|| format!("{} can't be read", path.display()), remedy)?;
    let lines = text
        .lines()
        .enumerate()
        .map(|(number, line)| (number + 1, line.split('#').next().unwrap_or_default().trim()));
    lines
        .filter(|(_, line)| !line.is_empty())
        .map(|(number, line)| {
            Email::parse(line).or_fail(|| format!("{}, line {number}: `{line}`", path.display()), remedy)
        })
        .collect()
}

fn summary(report: &Report, would: &str) -> String {
    use std::fmt::Write;
    let Report { users, imported, there_already, without_password, names_left_out, left_out } = report;
    let mut text =
        format!("Of {users} users, {imported} {would} imported; {there_already} had an account already.");
    if *without_password > 0 {
        write!(
            text,
            "\n{without_password} of them have no password that can be verified, and set one by mail."
        )
        .ok();
    }
    for id in names_left_out {
        write!(text, "\nUserID {id}: without a name that no account can have").ok();
    }
    for (id, reason) in left_out {
        write!(text, "\nUserID {id}: left out: {reason}").ok();
    }
    text
}
