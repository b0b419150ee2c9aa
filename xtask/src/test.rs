//! The tests, from the quick ones to the ones on workerd and in a browser.

use std::process::Command;
use std::thread;

use crate::browser;
use crate::deploy;
use crate::failure::{Failure, Result};
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
    let mut progress = Progress::new(missing.len() + workers::STEPS_WITH + 5);
    // What takes seconds and fails most often comes first.
    progress.loud("native tests", native_tests)?;
    progress.loud("instructions of a decision", instructions::check)?;
    let tools = Tools::install(missing, &mut progress)?;
    workers::build_with(&workers::BESIDE_IN_TESTS, &tools, &mut progress)?;
    progress.loud("deployments, rehearsed", || deploy::rehearse_all(&tools))?;
    progress.loud("what needs wrangler or Node", || {
        let mut command = tools.command("cargo");
        stream(command.args(["test", "--package", "xtask", "--", "--ignored"]), REMEDY)
    })?;
    // Each waits for one answer after the other, so neither has use for all cores. What the browser's have to say follows
    // when the others are done.
    progress.loud("tests on workerd and in a browser", || {
        thread::scope(|scope| {
            let in_browser = scope.spawn(|| browser::test(&tools));
            let on_workerd = on_workerd(&tools);
            let in_browser = in_browser
                .join()
                .unwrap_or_else(|_| Err(Failure::new("the tests in a browser panicked", "report this")));
            in_browser?.show().and(on_workerd)
        })
    })
}

/// Selected like the native tests, so that nothing is compiled again with other features. Every test binary that needs
/// workerd is called so at its end.
fn on_workerd(tools: &Tools) -> Result<()> {
    let mut command = tools.command("cargo");
    stream(
        command.args(["test", "--no-fail-fast", "--features", "e2e/workerd", "--test", "*workerd"]),
        REMEDY,
    )
}

fn native_tests() -> Result<()> {
    stream(Command::new("cargo").args(["test", "--no-fail-fast"]).current_dir(crate::root()), REMEDY)
}
