//! What figures depend on: the machine, and the versions of what was measured.

use std::fs;

use accounts::Clock;
use serde_json::Value;

use crate::failure::{Failure, Result};
use crate::machine::Machine;
use crate::process::capture;
use crate::tools::Tools;

/// A sentence for the end of a section.
pub(super) fn describe(mut versions: Vec<String>) -> Result<String> {
    let rustc = capture(std::process::Command::new("rustc").arg("--version"), "install Rust by rustup")?;
    versions.insert(0, rustc.split_whitespace().take(2).collect::<Vec<_>>().join(" "));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let now = Machine.now().to_string();
    let day = now.split('T').next().unwrap_or_default();
    Ok(format!(
        "*Measured on {day} on {cores} cores ({}), {} GiB of memory, Linux {}; {}.*",
        cpu(&read("/proc/cpuinfo")),
        gibibytes(&read("/proc/meminfo")),
        kernel(&read("/proc/sys/kernel/osrelease")),
        versions.join(", "),
    ))
}

/// The versions of what Edgeward is compared with, from the benches' own lock file.
pub(super) fn crates(tools: &Tools, names: &[&str]) -> Result<Vec<String>> {
    let mut command = tools.command("cargo");
    command.args(["tree", "--manifest-path", "benches/Cargo.toml", "--depth=1", "--prefix=none"]);
    let tree = capture(&mut command, "run it and correct what it says")?;
    let direct = tree.lines().filter(|line| names.iter().any(|name| line.split(' ').next() == Some(name)));
    Ok(direct.map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ").replace(" v", " ")).collect())
}

/// The versions of npm packages, as they are installed here or for the benches.
pub(super) fn packages(names: &[&str]) -> Result<Vec<String>> {
    names.iter().map(|name| Ok(format!("{name} {}", version(name)?))).collect()
}

fn version(name: &str) -> Result<String> {
    let find = |folder: &str| {
        let path = crate::root().join(folder).join("node_modules").join(name).join("package.json");
        let package: Value = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
        package["version"].as_str().map(str::to_owned)
    };
    find("").or_else(|| find("benches/workerd")).ok_or_else(|| {
        Failure::new(
            format!("the npm package {name} has no version"),
            "remove node_modules and run this again",
        )
    })
}

/// Another system than Linux has no such file, and its figures say less.
fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The version alone: what follows it is whose build it is.
fn kernel(release: &str) -> &str {
    release.trim().split('-').next().unwrap_or_default()
}

fn cpu(cpuinfo: &str) -> &str {
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name"));
    model.map_or("of an unknown kind", |rest| rest.trim_start_matches(['\t', ' ', ':']))
}

fn gibibytes(meminfo: &str) -> u64 {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes = total.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.unwrap_or_default().div_ceil(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_is_read_from_what_linux_says() {
        assert_eq!(cpu("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n"), "Some CPU @ 2 GHz");
        assert_eq!(kernel("6.18.1-generic\n"), "6.18.1");
        assert_eq!(cpu(""), "of an unknown kind");
        assert_eq!(gibibytes("MemTotal:       24562764 kB\nMemFree: 1 kB\n"), 24);
    }
}
