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

/// A package that becomes a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Worker {
    /// The package, and the worker's name on the platform.
    pub(crate) name: &'static str,
    /// Where it is, from the root of the workspace.
    folder: &'static str,
}

const ACCOUNT_PAGES: Worker = Worker { name: "account-pages", folder: "workers/account-pages" };
const USER_MGMT: Worker = Worker { name: "user-mgmt", folder: "workers/user-mgmt" };
const SESSION_STATE: Worker = Worker { name: "session-state", folder: "workers/session-state" };
const STORE_CONTRACT: Worker =
    Worker { name: "store-contract-worker", folder: "tests/store-contract/worker" };
const BENCH_APPLICATION: Worker = Worker { name: "bench-application", folder: "benches/application" };
const BENCH_BARE: Worker = Worker { name: "bench-bare", folder: "benches/bare" };
pub(crate) const BOOKMARKS: Worker = Worker { name: "bookmarks", folder: "examples/bookmarks" };

/// The three workers. The pages come first: in a local session the first one gets the port.
pub(crate) const DEPLOYED: [Worker; 3] = [ACCOUNT_PAGES, USER_MGMT, SESSION_STATE];
/// What tests put beside them: the example, and the one that only carries tests into workerd. Selected apart from the three,
/// which are tested as they are deployed, without the features that these want of what they share.
pub(crate) const BESIDE_IN_TESTS: [Worker; 2] = [BOOKMARKS, STORE_CONTRACT];
/// What benches put beside them: an application that is nothing but protected, and a worker that is nothing but binding calls.
/// Apart from the three for the same reason.
pub(crate) const BESIDE_IN_BENCHES: [Worker; 2] = [BENCH_APPLICATION, BENCH_BARE];
/// How many steps [`build`] has.
pub(crate) const STEPS: usize = 2;
/// How many steps [`build_with`] has.
pub(crate) const STEPS_WITH: usize = 2 * STEPS;

const REMEDY: &str = "correct what the compiler says above";

impl Worker {
    /// Where its manifest is.
    pub(crate) fn folder(&self) -> PathBuf {
        crate::root().join(self.folder)
    }

    /// What worker-build makes of it.
    pub(crate) fn build_folder(&self) -> PathBuf {
        self.folder().join("build")
    }

    /// The configuration of a deployed worker, from the root of the workspace.
    pub(crate) fn config(&self) -> String {
        format!("wrangler/{}.jsonc", self.name)
    }

    /// What the compiler makes of it, names and all.
    pub(crate) fn compiled(&self, target: &Path) -> PathBuf {
        target.join("wasm32-unknown-unknown/release").join(self.name.replace('-', "_")).with_extension("wasm")
    }

    /// What wasm-bindgen makes of that: without what only it reads, still with the names.
    pub(crate) fn bound(&self, target: &Path, tools: &Tools) -> Result<PathBuf> {
        let folder = target.join("wasm32-unknown-unknown/bound");
        let mut command = tools.wasm_bindgen();
        command.args(["--target", "bundler", "--no-typescript", "--no-demangle", "--out-name", self.name]);
        capture(command.arg("--out-dir").arg(&folder).arg(self.compiled(target)), REMEDY)?;
        Ok(folder.join(format!("{}_bg.wasm", self.name)))
    }

    fn stamp(&self) -> PathBuf {
        self.build_folder().join(".fingerprint")
    }
}

/// Compiles workers and makes of each what wrangler deploys, in its folder `build`.
pub(crate) fn build(workers: &[Worker], tools: &Tools, progress: &mut Progress) -> Result<()> {
    // All in one go: their dependencies are built once, and the links, which take longest, side by side.
    progress.quiet("compiling the workers", || {
        let mut command = tools.cargo_build_for_wasm();
        command.args(selection(workers));
        capture(&mut command, REMEDY).map(drop)
    })?;
    let target = target_directory(tools)?;
    let mut stale = Vec::new();
    for worker in workers {
        let fingerprint = fingerprint(&target, worker)?;
        if fs::read_to_string(worker.stamp()).ok().as_deref() != Some(&fingerprint) {
            stale.push((worker, fingerprint));
        }
    }
    let what = if stale.is_empty() {
        "packing the workers (nothing changed)".into()
    } else {
        format!("packing {}", stale.iter().map(|(worker, _)| worker.name).collect::<Vec<_>>().join(", "))
    };
    progress.quiet(&what, || {
        thread::scope(|scope| {
            let packing: Vec<_> = stale
                .iter()
                .map(|(worker, fingerprint)| scope.spawn(move || pack(worker, workers, tools, fingerprint)))
                .collect();
            packing.into_iter().try_for_each(|one| {
                one.join().unwrap_or_else(|_| Err(Failure::new("packing a worker panicked", "report this")))
            })
        })
    })
}

/// The three as they are deployed, and others for beside them.
pub(crate) fn build_with(others: &[Worker], tools: &Tools, progress: &mut Progress) -> Result<()> {
    build(&DEPLOYED, tools, progress)?;
    build(others, tools, progress)
}

/// Every build of these workers selects them all: cargo unites the features of what is selected, so that building one
/// alone would build its dependencies again.
fn selection(workers: &[Worker]) -> impl Iterator<Item = String> {
    workers.iter().map(|worker| format!("--package={}", worker.name))
}

/// Bindings, optimisation and one JavaScript module around the wasm, by worker-build.
fn pack(worker: &Worker, selected: &[Worker], tools: &Tools, fingerprint: &str) -> Result<()> {
    fs::remove_file(worker.stamp()).ok();
    let mut command = tools.worker_build();
    command.current_dir(worker.folder()).arg("--release").args(selection(selected));
    capture(&mut command, REMEDY)?;
    fs::write(worker.stamp(), fingerprint).or_fail(
        || format!("{}/build can't be written", worker.folder),
        "check the permissions of the checkout",
    )
}

/// What the packed worker was made from. Whether the wasm itself is up to date, cargo knows best.
fn fingerprint(target: &Path, worker: &Worker) -> Result<String> {
    let file = worker.compiled(target);
    let wasm = fs::read(&file)
        .or_fail(|| format!("{} can't be read", file.display()), "run `cargo clean`, then again")?;
    let hash = Sha256::new().chain_update(wasm).chain_update(Tools::versions()).finalize();
    Ok(hex(&hash))
}

pub(crate) fn target_directory(tools: &Tools) -> Result<PathBuf> {
    let mut command: Command = tools.command("cargo");
    let remedy = "run `cargo metadata` and correct what it says";
    let metadata = capture(command.args(["metadata", "--no-deps", "--format-version=1"]), remedy)?;
    let metadata: Value = serde_json::from_str(&metadata).or_fail(|| "cargo metadata".into(), remedy)?;
    metadata["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .ok_or_else(|| Failure::new("cargo names no target folder", remedy))
}
