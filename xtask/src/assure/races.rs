//! Requests that race on workerd, in more rounds than the tests of every day have.

use crate::failure::Result;
use crate::process::stream;
use crate::progress::Progress;
use crate::tools::{self, Tools};
use crate::workers::{self, DEPLOYED};

pub(crate) fn run(rounds: u32) -> Result<()> {
    let missing = Tools::missing(&tools::WORKERS)?;
    let mut progress = Progress::new(missing.len() + workers::STEPS + 1);
    let tools = Tools::install(missing, &mut progress)?;
    workers::build(&DEPLOYED, &tools, &mut progress)?;
    progress.loud(&format!("{rounds} rounds of each race"), || {
        let mut command = tools.command("cargo");
        // Selected as the tests of every day are, so that nothing is compiled again with other features.
        command.args(["test", "--no-fail-fast", "--features", "e2e/workerd", "--test", "assurance_workerd"]);
        stream(command.env("ASSURE_ROUNDS", rounds.to_string()), "mend what the race above shows")
    })
}
