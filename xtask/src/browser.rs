//! The pages in a real browser: the tests, and pictures to look at.

use crate::failure::Result;
use crate::process::{Said, said, stream};
use crate::progress::Progress;
use crate::tools::{self, Tools};
use crate::workers::{self, DEPLOYED};

/// Where the pictures are, from the root of the workspace.
const PICTURES: &str = ".edgeward/screenshots";

/// The tests, on workers that are built, to be run beside others: what they say is shown by whoever waits for them.
pub(crate) fn test(tools: &Tools) -> Result<Said> {
    let mut command = tools.node_with_browser()?;
    command.args(["--test-reporter=spec", "tests/browser/run.mjs"]);
    said(&mut command, "correct what the tests say above; `cargo xtask screenshots` shows the pages")
}

/// A picture of every page in every state, wide and narrow, light and dark.
pub(crate) fn screenshots() -> Result<()> {
    let missing = Tools::missing(&tools::BROWSER)?;
    let mut progress = Progress::new(missing.len() + workers::STEPS + 1);
    let tools = Tools::install(missing, &mut progress)?;
    workers::build(&DEPLOYED, &tools, &mut progress)?;
    progress.loud("taking the pictures", || {
        let mut command = tools.node_with_browser()?;
        stream(command.args(["tests/browser/screenshots.mjs", PICTURES]), "correct what it says above")
    })?;
    println!("The pictures are in {}.", crate::root().join(PICTURES).display());
    Ok(())
}
