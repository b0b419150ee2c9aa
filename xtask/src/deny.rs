//! Checks of the dependencies, as `deny.toml` says, and of what is known against them.

use crate::failure::{Failure, Result};
use crate::npm_audit::{self, Verdict};
use crate::process::{capture, stream};
use crate::progress::Progress;
use crate::tools::{self, Tools};

/// Whether a database of vulnerabilities was there to be asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Yes,
    No,
}

/// What needs nothing but the lock file and the downloaded packages.
pub(crate) fn check() -> Result<()> {
    let tools = install()?;
    let mut command = tools.cargo_deny();
    command.args(["check", "bans", "licenses", "sources"]);
    stream(&mut command, "change the dependency, or write the exception with its reason into deny.toml")
}

/// Known vulnerabilities, of the crates and of the npm packages, from databases that have to be reached.
pub(crate) fn advisories() -> Result<()> {
    let tools = install()?;
    // Both are asked in any case, so that one that is out of reach hides nothing of the other.
    let (crates, npm) = (crates(&tools), npm());
    if [crates?, npm?].contains(&Asked::No) && std::env::var_os("EDGEWARD_REQUIRE_ADVISORIES").is_some() {
        // Nothing is known against the dependencies; a public run must still not pass for a check that did not happen.
        return Err(Failure::new(
            "EDGEWARD_REQUIRE_ADVISORIES is set, and not everything was checked",
            "give this run access to the open internet",
        ));
    }
    Ok(())
}

fn crates(tools: &Tools) -> Result<Asked> {
    let mut fetch = tools.cargo_deny();
    fetch.args(["fetch", "db"]);
    if let Err(failure) = capture(&mut fetch, "run it where the open internet can be reached") {
        println!("\n{failure}\nSKIPPED: the advisory database can't be fetched, so no crate was checked.");
        return Ok(Asked::No);
    }
    let mut command = tools.cargo_deny();
    command.args(["check", "--disable-fetch", "advisories"]);
    stream(&mut command, "update the dependency, or write the exception with its reason into deny.toml")?;
    Ok(Asked::Yes)
}

fn npm() -> Result<Asked> {
    let mut asked = Asked::Yes;
    let mut vulnerable = Vec::new();
    for lock in npm_audit::lock_files()? {
        let name = lock.strip_prefix(crate::root()).unwrap_or(&lock).display().to_string();
        match npm_audit::audit(&lock)? {
            Verdict::Clean { packages } => println!("{name}: nothing is known against {packages} packages."),
            Verdict::Found(findings) => {
                println!("{name}:\n  {}", findings.join("\n  "));
                vulnerable.push(name);
            }
            Verdict::NotChecked(why) => {
                println!(
                    "{name}: {why}\nSKIPPED: the registry gives no report, so its packages were not checked."
                );
                asked = Asked::No;
            }
        }
    }
    if vulnerable.is_empty() {
        return Ok(asked);
    }
    Err(Failure::new(
        format!("something is known against packages of {}", vulnerable.join(" and ")),
        "update them: `npm audit` in that folder says to which version",
    ))
}

fn install() -> Result<Tools> {
    let missing = Tools::missing(&tools::DENY)?;
    let mut progress = Progress::new(missing.len());
    Tools::install(missing, &mut progress)
}
