//! What the workers weigh: the wasm as it is, and the upload as the platform counts it.

use std::fs;

use crate::failure::{Failure, OrFail, Result};
use crate::process::capture;
use crate::progress::Progress;
use crate::tools::{self, Tools};
use crate::workers::{self, DEPLOYED, Worker};

/// Budgets of the compressed upload, in KiB.
fn budget(worker: &Worker) -> f64 {
    match worker.name {
        "session-state" => 250.0,
        "account-pages" => 500.0,
        // What is new starts with what the largest may have.
        _ => 1024.0,
    }
}

pub(crate) fn build_and_report(check: bool) -> Result<()> {
    let missing = Tools::missing(&tools::WORKERS)?;
    let mut progress = Progress::new(missing.len() + workers::STEPS + 1);
    let tools = Tools::install(missing, &mut progress)?;
    workers::build(&DEPLOYED, &tools, &mut progress)?;
    let sizes = progress.quiet("measuring", || all(&tools))?;

    println!("\n{:<16}{:>12}{:>16}{:>12}", "worker", "wasm", "gzipped upload", "budget");
    for size in &sizes {
        println!("{:<16}{:>8.0} KiB{:>12.1} KiB{:>8.0} KiB", size.name, size.wasm, size.upload, size.budget);
    }
    let over: Vec<&str> =
        sizes.iter().filter(|size| size.upload > size.budget).map(|size| size.name).collect();
    if check && !over.is_empty() {
        return Err(Failure::new(
            format!("over budget: {}", over.join(", ")),
            "find what grew with `cargo bloat` or twiggy, or argue for a new budget in xtask/src/sizes.rs",
        ));
    }
    Ok(())
}

/// The same as a table of Markdown, of workers that are built.
pub(crate) fn markdown(tools: &Tools) -> Result<String> {
    let rows = all(tools)?.into_iter().map(|Size { name, wasm, upload, budget }| {
        format!("| {name} | {wasm:.0} KiB | {upload:.1} KiB | {budget:.0} KiB |\n")
    });
    let head = "| worker | wasm | gzipped upload | budget |\n|---|---:|---:|---:|\n";
    Ok(std::iter::once(head.to_owned()).chain(rows).collect())
}

fn all(tools: &Tools) -> Result<Vec<Size>> {
    DEPLOYED.iter().map(|worker| measure(tools, worker)).collect()
}

/// Sizes in KiB.
struct Size {
    name: &'static str,
    wasm: f64,
    upload: f64,
    budget: f64,
}

fn measure(tools: &Tools, worker: &Worker) -> Result<Size> {
    let wasm = worker.build_folder().join("index_bg.wasm");
    let wasm =
        fs::metadata(&wasm).or_fail(|| format!("{} can't be read", wasm.display()), "run the build again")?;
    let mut command = tools.wrangler();
    command.env("FORCE_COLOR", "0").args(["deploy", "--dry-run", "--config", &worker.config(), "--outdir"]);
    command.arg(crate::root().join(".edgeward/upload").join(worker.name));
    let output = capture(&mut command, "correct what wrangler says above")?;
    let upload = upload_kib(&output)
        .ok_or_else(|| Failure::new("wrangler did not say how big the upload is", "read its output above"))?;
    #[expect(clippy::cast_precision_loss, reason = "a file of 2^53 bytes is no worker")]
    Ok(Size { name: worker.name, wasm: wasm.len() as f64 / 1024.0, upload, budget: budget(worker) })
}

/// From `Total Upload: 417.79 KiB / gzip: 148.15 KiB`.
fn upload_kib(output: &str) -> Option<f64> {
    let (_, rest) = output.split_once("gzip:")?;
    let mut words = rest.split_whitespace();
    let number: f64 = words.next()?.parse().ok()?;
    match words.next()? {
        "B" => Some(number / 1024.0),
        "KiB" => Some(number),
        "MiB" => Some(number * 1024.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upload_is_read_from_wranglers_words() {
        assert_eq!(upload_kib("x\nTotal Upload: 417.79 KiB / gzip: 148.15 KiB\ny"), Some(148.15));
        assert_eq!(upload_kib("Total Upload: 4 MiB / gzip: 1.5 MiB"), Some(1536.0));
        assert_eq!(upload_kib("Total Upload: unknown"), None);
    }
}
