//! Building the workers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::failure::{Failure, OrFail, Result};
use crate::process::capture;
use crate::progress::Progress;
use crate::tools::{Tools, hex};

/// The three workers. The pages come first: in a local session the first one gets the port.
pub(crate) const NAMES: [&str; 3] = ["account-pages", "user-mgmt", "session-state"];
/// How many steps [`build`] has.
pub(crate) const STEPS: usize = 2;

const REMEDY: &str = "correct what the compiler says above";

/// Compiles the workers and makes of each what wrangler deploys, in `workers/NAME/build`.
pub(crate) fn build(tools: &Tools, progress: &mut Progress) -> Result<()> {
    progress.quiet("compiling the workers", || compile(tools))?;
    let target = target_directory(tools)?;
    let mut stale = Vec::new();
    for name in NAMES {
        let fingerprint = fingerprint(&target, name)?;
        if fs::read_to_string(stamp(name)).ok().as_deref() != Some(&fingerprint) {
            stale.push((name, fingerprint));
        }
    }
    let what = if stale.is_empty() {
        "packing the workers (nothing changed)".into()
    } else {
        format!("packing {}", stale.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "))
    };
    progress.quiet(&what, || pack_all(tools, &stale))
}

/// The folder of a worker.
pub(crate) fn folder(name: &str) -> PathBuf {
    crate::root().join("workers").join(name)
}

/// The configuration of a worker, from the root of the workspace.
pub(crate) fn config(name: &str) -> String {
    format!("wrangler/{name}.jsonc")
}

/// All three in one go: their dependencies are built once, and the links, which take longest, side by side.
fn compile(tools: &Tools) -> Result<()> {
    let mut command = tools.cargo_build_for_wasm();
    command.args(selection());
    capture(&mut command, REMEDY).map(drop)
}

/// The same selection for every build: cargo unites the features of what is selected, so that building one worker alone
/// would build its dependencies again.
fn selection() -> impl Iterator<Item = String> {
    NAMES.into_iter().map(|name| format!("--package={name}"))
}

fn pack_all(tools: &Tools, stale: &[(&str, String)]) -> Result<()> {
    thread::scope(|scope| {
        let packing: Vec<_> = stale
            .iter()
            .map(|(name, fingerprint)| scope.spawn(move || pack(tools, name, fingerprint)))
            .collect();
        packing.into_iter().try_for_each(|one| {
            one.join().unwrap_or_else(|_| Err(Failure::new("packing a worker panicked", "report this")))
        })
    })
}

/// Bindings, optimisation and one JavaScript module around the wasm, by worker-build.
fn pack(tools: &Tools, name: &str, fingerprint: &str) -> Result<()> {
    fs::remove_file(stamp(name)).ok();
    let mut command = tools.worker_build();
    command.current_dir(folder(name)).arg("--release").args(selection());
    capture(&mut command, REMEDY)?;
    fs::write(stamp(name), fingerprint)
        .or_fail(|| format!("workers/{name}/build can't be written"), "check the permissions of the checkout")
}

fn stamp(name: &str) -> PathBuf {
    folder(name).join("build/.fingerprint")
}

/// What the packed worker was made from. Whether the wasm itself is up to date, cargo knows best.
fn fingerprint(target: &Path, name: &str) -> Result<String> {
    let file =
        target.join("wasm32-unknown-unknown/release").join(name.replace('-', "_")).with_extension("wasm");
    let wasm = fs::read(&file)
        .or_fail(|| format!("{} can't be read", file.display()), "run `cargo clean`, then again")?;
    let hash = Sha256::new().chain_update(wasm).chain_update(Tools::versions()).finalize();
    Ok(hex(&hash))
}

fn target_directory(tools: &Tools) -> Result<PathBuf> {
    let mut command: Command = tools.command("cargo");
    let remedy = "run `cargo metadata` and correct what it says";
    let metadata = capture(command.args(["metadata", "--no-deps", "--format-version=1"]), remedy)?;
    let metadata: Value = serde_json::from_str(&metadata).or_fail(|| "cargo metadata".into(), remedy)?;
    metadata["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .ok_or_else(|| Failure::new("cargo names no target folder", remedy))
}
