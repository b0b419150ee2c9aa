//! What the three workers are made of, and what builds them, as software bills of materials in `CycloneDX`.
//!
//! The same commit gives the same bytes on every machine with the same npm: no serial number, the time of the commit, no path of this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use accounts::Timestamp;
use serde_json::{Value, json};

use crate::failure::{OrFail, Result};
use crate::process::capture;
use crate::progress::Progress;
use crate::tools::{self, Tools};
use crate::workers::{DEPLOYED, target_directory};

/// What cargo-cyclonedx calls its files, which it writes beside the manifest of each member; none is kept there.
const SCRATCH: &str = "edgeward-sbom";
const WRITABLE: &str = "check the permissions of the checkout";

pub(crate) fn write() -> Result<()> {
    let missing = Tools::missing(&tools::SBOM)?;
    let mut progress = Progress::new(missing.len() + 2);
    let tools = Tools::install(missing, &mut progress)?;
    let folder = target_directory(&tools)?.join("sbom");
    fs::create_dir_all(&folder).or_fail(|| format!("{} can't be made", folder.display()), WRITABLE)?;
    let time = time_of_the_commit()?;
    let mut written = progress.quiet("listing what the workers are made of", || {
        let outcome = crates(&tools, &folder, time);
        remove_scratch().or_fail(|| format!("a {SCRATCH}.json is left"), WRITABLE)?;
        outcome
    })?;
    written.push(progress.quiet("listing what builds them", || npm(&tools, &folder, time))?);
    for (file, components) in written {
        println!("{}: {components} components", file.display());
    }
    Ok(())
}

/// The time of the last commit, as every machine that has it knows it; `SOURCE_DATE_EPOCH` where there is no repository.
fn time_of_the_commit() -> Result<Timestamp> {
    let remedy = "run this in a clone, or set SOURCE_DATE_EPOCH to the seconds of a time";
    let time = if let Some(time) = std::env::var_os("SOURCE_DATE_EPOCH") {
        time.to_string_lossy().into_owned()
    } else {
        capture(Command::new("git").current_dir(crate::root()).args(["log", "-1", "--format=%ct"]), remedy)?
    };
    let seconds: i64 = time.trim().parse().or_fail(|| format!("`{}` is no time", time.trim()), remedy)?;
    Ok(Timestamp::from_millis(seconds.saturating_mul(1000)))
}

/// One for each worker: the crates that its wasm is compiled from, and those that compile them.
fn crates(tools: &Tools, folder: &Path, time: Timestamp) -> Result<Vec<(PathBuf, usize)>> {
    let mut command = tools.cargo_cyclonedx();
    command.args(["cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5"]);
    command.args(["--target", "wasm32-unknown-unknown", "--override-filename", SCRATCH]);
    capture(&mut command, "see that the crates of Cargo.lock can be downloaded, and run this again")?;
    DEPLOYED
        .iter()
        .map(|worker| {
            let made = worker.folder().join(SCRATCH).with_extension("json");
            let text = fs::read_to_string(&made)
                .or_fail(|| format!("{} was not written", made.display()), "report this")?;
            keep(&text, worker.name, time, &folder.join(worker.name).with_extension("cdx.json"))
        })
        .collect()
}

/// One for the packages of `package-lock.json`: no worker has any of them, and all are built by some.
fn npm(tools: &Tools, folder: &Path, time: Timestamp) -> Result<(PathBuf, usize)> {
    let mut command = tools.command("npm");
    command.args(["sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--loglevel=error"]);
    let text = capture(&mut command, "install Node.js 20 or newer, which brings npm")?;
    keep(&text, "edgeward", time, &folder.join("npm.cdx.json"))
}

fn keep(text: &str, name: &str, time: Timestamp, file: &Path) -> Result<(PathBuf, usize)> {
    let bill = reproducible(text, &crate::root(), name, time)
        .or_fail(|| format!("the list for {} can't be read", file.display()), "report this")?;
    let components = bill["components"].as_array().map_or(0, Vec::len);
    fs::write(file, format!("{bill:#}\n"))
        .or_fail(|| format!("{} can't be written", file.display()), WRITABLE)?;
    Ok((file.to_path_buf(), components))
}

/// Without what differs from run to run and from machine to machine.
fn reproducible(text: &str, root: &Path, name: &str, time: Timestamp) -> serde_json::Result<Value> {
    let text = text.replace(&format!("file://{}/", root.display()), "file:///");
    let mut bill: Value = serde_json::from_str(&text)?;
    bill["metadata"]["timestamp"] = json!(time.to_string());
    // npm calls it after the folder of the checkout.
    bill["metadata"]["component"]["name"] = json!(name);
    if let Some(bill) = bill.as_object_mut() {
        bill.remove("serialNumber");
    }
    Ok(bill)
}

fn remove_scratch() -> std::io::Result<()> {
    crate::files_named(&format!("{SCRATCH}.json"))?.iter().try_for_each(fs::remove_file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_checkouts_give_the_same_bill() {
        let bill = |root: &str, serial: &str, time: &str| {
            let text = json!({
                "bomFormat": "CycloneDX",
                "serialNumber": serial,
                "metadata": { "timestamp": time, "component": { "name": root.rsplit('/').next() } },
                "components": [{ "bom-ref": format!("path+file://{root}/crates/rbac#0.1.0") }],
            });
            reproducible(
                &text.to_string(),
                Path::new(root),
                "edgeward",
                Timestamp::from_millis(1_790_000_000_000),
            )
            .unwrap()
        };
        let [one, other] =
            [bill("/home/ann/edgeward", "urn:uuid:1", "now"), bill("/ci", "urn:uuid:2", "later")];
        assert_eq!(one, other);
        assert_eq!(one["components"][0]["bom-ref"], "path+file:///crates/rbac#0.1.0");
        assert_eq!(one["metadata"]["timestamp"], "2026-09-21T14:13:20.000Z");
        assert_eq!(one.get("serialNumber"), None);
    }
}
