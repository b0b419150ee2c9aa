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
use crate::sizes;
use crate::tools::{self, Tools};
use crate::workers::{self, BESIDE_IN_BENCHES, DEPLOYED};

/// What can be measured alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The decision, natively, beside its alternatives.
    Decision,
    /// Requests on workerd, beside better-auth.
    Requests,
    /// What the workers weigh, how long they take to start, and what memory they hold.
    Size,
    /// The statements on a database of 1,000,000 users.
    Scale,
}

/// In the order of the page.
pub(crate) const ALL: [Part; 4] = [Part::Decision, Part::Requests, Part::Size, Part::Scale];

impl Part {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        ALL.into_iter().find(|part| part.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Requests => "requests",
            Self::Size => "size",
            Self::Scale => "scale",
        }
    }

    fn on_workerd(self) -> bool {
        match self {
            Self::Decision | Self::Scale => false,
            Self::Requests | Self::Size => true,
        }
    }

    /// Its section of the page, from the heading on.
    fn measure(self, tools: &Tools) -> Result<String> {
        match self {
            Self::Decision => native(tools, "decision"),
            Self::Requests => on_workerd(tools, "requests"),
            Self::Size => size(tools),
            Self::Scale => native(tools, "scale"),
        }
    }

    /// What its figures depend on besides the machine: names and versions.
    fn versions(self, tools: &Tools) -> Result<Vec<String>> {
        match self {
            Self::Decision => machine::crates(tools, &["casbin", "cedar-policy"]),
            Self::Requests => machine::packages(&["workerd", "better-auth", "autocannon"]),
            Self::Size => machine::packages(&["workerd", "binaryen", "better-auth"]),
            Self::Scale => machine::crates(tools, &["rusqlite"]),
        }
    }
}

/// Measures these parts, one after the other, prints their sections and writes them down.
pub(crate) fn run(parts: &[Part]) -> Result<()> {
    let on_workerd = parts.iter().any(|part| part.on_workerd());
    let missing = if on_workerd { Tools::missing(&tools::BENCH)? } else { Vec::new() };
    let builds = if on_workerd { workers::STEPS_WITH } else { 0 };
    let mut progress = Progress::new(missing.len() + builds + parts.len());
    let tools = Tools::install(missing, &mut progress)?;
    if on_workerd {
        workers::build_with(&BESIDE_IN_BENCHES, &tools, &mut progress)?;
    }
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
    command.args(native_args(program));
    report(&mut command, "correct what it says above")
}

fn native_args(program: &str) -> [&str; 7] {
    ["run", "--quiet", "--release", "--manifest-path", "benches/Cargo.toml", "--bin", program]
}

/// A script of `benches/workerd`, on the workers as they are built for release.
fn on_workerd(tools: &Tools, script: &str) -> Result<String> {
    let mut command = tools.command("node");
    command.arg(format!("benches/workerd/{script}.mjs"));
    report(&mut command, "correct what it says above")
}

fn size(tools: &Tools) -> Result<String> {
    let start = on_workerd(tools, "start")?;
    let mut weigh = tools.command("cargo");
    weigh.args(native_args("weight")).arg("--");
    let target = workers::target_directory(tools)?;
    for worker in &DEPLOYED {
        weigh.arg(worker.bound(&target, tools)?);
    }
    let weight = report(&mut weigh, "correct what it says above")?;
    Ok(format!(
        "## Size, start and memory\n\nThe wasm as it is, and the upload as the platform counts it, against the budget that `cargo xtask build \
         --check-sizes` holds.\n\n{}\nFrom starting workerd to the first answer, and what memory the process holds then: the median of seven \
         starts, and what of it is more than a worker needs that does nothing with the same bindings.\n\n{start}\nWhere the bytes come from: \
         code by crate, and data, of what wasm-bindgen leaves of the release build, before wasm-opt makes it smaller and takes the names. What was \
         inlined counts where it went.\n\n{weight}",
        sizes::markdown(tools)?
    ))
}
