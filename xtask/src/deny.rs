//! Checks of the dependencies, as `deny.toml` says.

use crate::failure::{Failure, Result};
use crate::process::{capture, stream};
use crate::progress::Progress;
use crate::tools::{self, Tools};

/// What needs nothing but the lock file and the downloaded packages.
pub(crate) fn check() -> Result<()> {
    let tools = install()?;
    let mut command = tools.cargo_deny();
    command.args(["check", "bans", "licenses", "sources"]);
    stream(&mut command, "change the dependency, or write the exception with its reason into deny.toml")
}

/// Known vulnerabilities, from a database that has to be fetched first.
pub(crate) fn advisories() -> Result<()> {
    let tools = install()?;
    let mut fetch = tools.cargo_deny();
    fetch.args(["fetch", "db"]);
    if let Err(failure) = capture(&mut fetch, "run it where the open internet can be reached") {
        println!("\n{failure}\nSKIPPED: the advisory database can't be fetched, so nothing was checked.");
        // Nothing is known against the dependencies; a public run must still not pass for a check that did not happen.
        return if std::env::var_os("EDGEWARD_REQUIRE_ADVISORIES").is_some() {
            Err(Failure::new(
                "EDGEWARD_REQUIRE_ADVISORIES is set",
                "give this run access to the open internet",
            ))
        } else {
            Ok(())
        };
    }
    let mut command = tools.cargo_deny();
    command.args(["check", "--disable-fetch", "advisories"]);
    stream(&mut command, "update the dependency, or write the exception with its reason into deny.toml")
}

fn install() -> Result<Tools> {
    let missing = Tools::missing(&tools::DENY)?;
    let mut progress = Progress::new(missing.len());
    Tools::install(missing, &mut progress)
}
