//! The benches: each part is measured by itself and becomes a section of docs/PERFORMANCE.md.
//!
//! In scope: preparing what a part needs, running it, and keeping its section.
//! Not in scope: measuring, which the programs in `benches/` do. They print their section to standard output, what is going on to
//! standard error.

mod machine;
mod page;

use crate::failure::Result;
use crate::process::report;
use crate::progress::Progress;
use crate::tools::Tools;

/// What can be measured alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The decision, natively, beside its alternatives.
    Decision,
    /// The statements on a database of 1,000,000 users.
    Scale,
}

/// In the order of the page.
pub(crate) const ALL: [Part; 2] = [Part::Decision, Part::Scale];

impl Part {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        ALL.into_iter().find(|part| part.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Scale => "scale",
        }
    }

    /// Its section of the page, from the heading on.
    fn measure(self, tools: &Tools) -> Result<String> {
        match self {
            Self::Decision => native(tools, "decision"),
            Self::Scale => native(tools, "scale"),
        }
    }

    /// What its figures depend on besides the machine: names and versions.
    fn versions(self, tools: &Tools) -> Result<Vec<String>> {
        match self {
            Self::Decision => machine::crates(tools, &["casbin", "cedar-policy"]),
            Self::Scale => machine::crates(tools, &["rusqlite"]),
        }
    }
}

/// Measures these parts, one after the other, prints their sections and writes them down.
pub(crate) fn run(parts: &[Part]) -> Result<()> {
    let tools = Tools::installed()?;
    let mut progress = Progress::new(parts.len());
    for part in parts {
        let section = progress.loud(&format!("measuring: {}", part.name()), || part.measure(&tools))?;
        let section = format!("{}\n\n{}", section.trim(), machine::describe(part.versions(&tools)?)?);
        println!("\n{section}\n");
        page::keep(part.name(), &section)?;
    }
    println!("The figures are in {}.", page::PATH);
    Ok(())
}

/// A program of the benches' own workspace.
fn native(tools: &Tools, program: &str) -> Result<String> {
    let mut command = tools.command("cargo");
    command.args(["run", "--quiet", "--release", "--manifest-path", "benches/Cargo.toml", "--bin", program]);
    report(&mut command, "correct what it says above")
}
