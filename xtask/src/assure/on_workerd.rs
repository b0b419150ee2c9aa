//! What shows on the workers as they are built for release, each of them asked without anything in between.

use crate::failure::Result;
use crate::process::stream;
use crate::progress::Progress;
use crate::tools::{self, Tools};
use crate::workers::{self, BESIDE_IN_BENCHES};

/// Mixed traffic for so many minutes.
pub(crate) fn load(minutes: u32) -> Result<()> {
    script("sustained", &[minutes.to_string()], &format!("{minutes} minutes of load"))
}

/// A write load that SIGKILL ends, so many times.
pub(crate) fn kill(rounds: u32) -> Result<()> {
    script("kill", &[rounds.to_string()], &format!("{rounds} times SIGKILL"))
}

/// Requests beside a flood of sign-ins.
pub(crate) fn flood() -> Result<()> {
    script("flood", &[], "a flood of sign-ins")
}

/// Runs a script of `benches/workerd`.
fn script(name: &str, args: &[String], what: &str) -> Result<()> {
    let missing = Tools::missing(&tools::BENCH)?;
    let mut progress = Progress::new(missing.len() + workers::STEPS_WITH + 1);
    let tools = Tools::install(missing, &mut progress)?;
    workers::build_with(&BESIDE_IN_BENCHES, &tools, &mut progress)?;
    progress.loud(what, || {
        let mut command = tools.command("node");
        command.arg(format!("benches/workerd/{name}.mjs")).args(args);
        stream(&mut command, "mend what it says above, or run it again on a machine with nothing else to do")
    })
}
