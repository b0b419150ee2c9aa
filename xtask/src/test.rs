//! The tests, from the quick ones to the ones on workerd and in a browser.

use std::process::Command;

use crate::browser;
use crate::deploy;
use crate::failure::Result;
use crate::instructions;
use crate::process::stream;
use crate::progress::Progress;
use crate::tools::{self, Tools};
use crate::workers;

const REMEDY: &str = "correct what the tests say above";

pub(crate) fn run(native: bool) -> Result<()> {
    if native {
        return Progress::new(1).loud("native tests", native_tests);
    }
    let missing = Tools::missing(&tools::BROWSER)?;
    let mut progress = Progress::new(missing.len() + workers::STEPS + 6);
    // What takes seconds and fails most often comes first.
    progress.loud("native tests", native_tests)?;
    progress.loud("instructions of a decision", instructions::check)?;
    let tools = Tools::install(missing, &mut progress)?;
    workers::build(&workers::TESTED, &tools, &mut progress)?;
    progress.loud("deployments, rehearsed", || deploy::rehearse_all(&tools))?;
    progress.loud("what needs wrangler or Node", || {
        let mut command = tools.command("cargo");
        stream(command.args(["test", "--package", "xtask", "--", "--ignored"]), REMEDY)
    })?;
    progress.loud("tests on workerd", || {
        // Selected like the native tests, so that nothing is compiled again with other features. Every test binary that
        // needs workerd is called so at its end.
        let mut command = tools.command("cargo");
        stream(
            command.args(["test", "--no-fail-fast", "--features", "e2e/workerd", "--test", "*workerd"]),
            REMEDY,
        )
    })?;
    progress.loud("tests in a browser", || browser::test(&tools))
}

fn native_tests() -> Result<()> {
    stream(Command::new("cargo").args(["test", "--no-fail-fast"]).current_dir(crate::root()), REMEDY)
}
