//! The project's chores, by `cargo xtask COMMAND`.
//!
//! In scope: installing the tools, building the workers, running them locally, running the tests, measuring, checking
//! sizes, deploying, and the accounts of a deployment that begins to have roles.
//! Not in scope: anything that a deployed worker does.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "talking to a person at a terminal is the purpose"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "chores are timed with the clock of the machine that runs them"
)]

mod args;
mod assure;
mod bench;
mod browser;
mod chromium;
mod deny;
mod deploy;
mod dev;
mod doctor;
#[cfg(test)]
mod documentation;
mod example;
mod failure;
mod identity_provider;
mod instructions;
#[cfg(test)]
mod layering;
mod machine;
mod npm_audit;
mod people;
mod process;
mod progress;
mod sbom;
mod seed;
mod sizes;
mod test;
mod tools;
mod workers;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use args::Task;
use failure::Result;
use progress::Progress;
use tools::Tools;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let task = args::parse()?;
    process::stop_children_on_signals(matches!(task, Task::Dev(_)))?;
    match task {
        Task::Help => {
            print!("{}", args::USAGE);
            Ok(())
        }
        Task::Setup => setup(),
        Task::Dev(options) => dev::run(&options),
        Task::Build { check_sizes } => sizes::build_and_report(check_sizes),
        Task::Deploy(options) => deploy::run(&options),
        Task::Doctor { environment } => doctor::run(environment.as_deref()),
        Task::Test { native } => test::run(native),
        Task::Screenshots => browser::screenshots(),
        Task::Bench(parts) => bench::run(&parts),
        Task::Instructions => instructions::check(),
        Task::People(options) => people::run(options),
        Task::Assure(options) => assure::run(options),
        Task::Deny => deny::check(),
        Task::Advisories => deny::advisories(),
        Task::Sbom => sbom::write(),
    }
}

fn setup() -> Result<()> {
    let missing = Tools::missing(&tools::ALL)?;
    let mut progress = Progress::new(missing.len());
    let tools = Tools::install(missing, &mut progress)?;
    println!("Everything is installed; the tools are in {}.", tools.dir().display());
    Ok(())
}

/// The folder of the workspace.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Every file of that name that the repository has, in order, and none that a tool installed or built.
fn files_named(name: &str) -> std::io::Result<Vec<PathBuf>> {
    let (mut folders, mut found) = (vec![root()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let known = entry.file_name();
            let known = known.to_string_lossy();
            if known == name {
                found.push(entry.path());
            } else if entry.file_type()?.is_dir()
                && !known.starts_with('.')
                && !["node_modules", "target"].contains(&&*known)
            {
                folders.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}
