//! libFuzzer on the targets of `fuzz/`, one after the other.
//!
//! On the stable toolchain: cargo-fuzz asks for flags that the compiler gives only to itself, which `RUSTC_BOOTSTRAP` makes it
//! give to us. Without a sanitizer, since nothing that is fuzzed has unsafe code of its own; overflow and every broken property
//! panic.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use sha2::{Digest, Sha256};

use crate::failure::{Failure, OrFail, Result};
use crate::process::{output, stream};
use crate::progress::Progress;
use crate::tools::{self, Tools, hex};
use crate::workers::target_directory;

/// The longest input, in bytes.
const MAX_LENGTH: u32 = 8 * 1024;

/// What came of one target.
struct Outcome {
    target: String,
    executions: u64,
    seconds: u64,
    covered: u64,
    broken_by: Vec<PathBuf>,
}

pub(crate) fn run(minutes: u32, only: Option<&str>) -> Result<()> {
    let targets = targets(only)?;
    let missing = Tools::missing(&tools::FUZZ)?;
    let mut progress = Progress::new(missing.len() + 1 + targets.len());
    let tools = Tools::install(missing, &mut progress)?;
    let built = target_directory(&tools)?.join("libfuzzer");
    progress.loud("building the targets for libFuzzer", || {
        let mut command = tools.cargo_fuzz();
        command.args(["build", "--fuzz-dir", "fuzz", "--sanitizer", "none", "--target-dir"]).arg(&built);
        stream(&mut command, "correct what the compiler says above")
    })?;
    let programs = built.join(host()?).join("release");
    let seconds = u64::from(minutes) * 60 / targets.len() as u64;
    let mut outcomes = Vec::new();
    for target in targets {
        let what = format!("fuzzing {target} for {seconds} s");
        outcomes.push(progress.quiet(&what, || fuzz(&programs.join(&target), &target, seconds.max(1)))?);
    }
    report(&outcomes)
}

/// The targets by their names, which are those of their seeds.
fn targets(only: Option<&str>) -> Result<Vec<String>> {
    let folder = crate::root().join("fuzz/seeds");
    let remedy = "run this in a complete checkout";
    let entries = fs::read_dir(&folder).or_fail(|| format!("{} can't be read", folder.display()), remedy)?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    match only {
        None => Ok(names),
        Some(name) if names.iter().any(|known| known == name) => Ok(vec![name.to_owned()]),
        Some(name) => Err(Failure::new(
            format!("there is no target `{name}`"),
            format!("take one of {}", names.join(", ")),
        )),
    }
}

/// What this machine is called by the compiler.
fn host() -> Result<String> {
    let remedy = "install Rust by rustup, see https://rustup.rs";
    let text = crate::process::capture(Command::new("rustc").arg("-vV"), remedy)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::new("rustc does not say what this machine is", remedy))
}

fn fuzz(program: &Path, target: &str, seconds: u64) -> Result<Outcome> {
    let root = crate::root().join("fuzz");
    // What it finds on its way is worth keeping on this machine, and not in the repository.
    let [corpus, crashes] = ["corpus", "artifacts"].map(|folder| root.join(folder).join(target));
    for folder in [&corpus, &crashes] {
        fs::create_dir_all(folder).or_fail(
            || format!("{} can't be made", folder.display()),
            "check the permissions of the checkout",
        )?;
    }
    let started = Instant::now();
    let mut command = Command::new(program);
    command.current_dir(&root).arg(&corpus).arg(root.join("seeds").join(target)).args([
        format!("-max_total_time={seconds}"),
        format!("-max_len={MAX_LENGTH}"),
        format!("-artifact_prefix={}/", crashes.display()),
        "-timeout=10".to_owned(),
        "-rss_limit_mb=1024".to_owned(),
        "-print_final_stats=1".to_owned(),
    ]);
    let (status, _, log) =
        output(&mut command).or_fail(|| format!("{target} can't be run"), "run this again")?;
    fs::write(crashes.join("log"), &log).ok();
    let broken_by =
        if status.success() { Vec::new() } else { keep(&crashes, &root.join("seeds").join(target))? };
    if !status.success() && broken_by.is_empty() {
        return Err(Failure::new(
            format!("{target} ended ({status}) and left no input"),
            format!("read {}", crashes.join("log").display()),
        ));
    }
    Ok(Outcome {
        target: target.to_owned(),
        executions: last_number(&log, "stat::number_of_executed_units:"),
        seconds: started.elapsed().as_secs(),
        covered: last_number(&log, "cov:"),
        broken_by,
    })
}

/// The number that follows the last `name` in a log.
fn last_number(log: &str, name: &str) -> u64 {
    let after = log.rsplit_once(name).map_or("", |(_, rest)| rest);
    after.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// Moves what broke a target to its seeds, where the tests replay it from now on.
fn keep(crashes: &Path, seeds: &Path) -> Result<Vec<PathBuf>> {
    let writable = "check the permissions of the checkout";
    let entries =
        fs::read_dir(crashes).or_fail(|| format!("{} can't be read", crashes.display()), writable)?;
    let mut kept = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !["crash-", "timeout-", "oom-"].iter().any(|sign| name.starts_with(sign)) {
            continue;
        }
        let input = fs::read(&path).or_fail(|| format!("{} can't be read", path.display()), writable)?;
        let seed = seeds.join(format!("regression-{}", &hex(&Sha256::digest(&input))[..12]));
        fs::write(&seed, input).or_fail(|| format!("{} can't be written", seed.display()), writable)?;
        fs::remove_file(&path).ok();
        kept.push(seed);
    }
    Ok(kept)
}

fn report(outcomes: &[Outcome]) -> Result<()> {
    println!("\n{:<12} {:>13} {:>8} {:>8}  broken by", "target", "inputs", "seconds", "covered");
    for Outcome { target, executions, seconds, covered, broken_by } in outcomes {
        let broken: Vec<String> = broken_by.iter().map(|path| path.display().to_string()).collect();
        let broken = if broken.is_empty() { "nothing".to_owned() } else { broken.join(" ") };
        println!("{target:<12} {executions:>13} {seconds:>8} {covered:>8}  {broken}");
    }
    let sum = |of: fn(&Outcome) -> u64| outcomes.iter().map(of).sum::<u64>();
    println!("{:<12} {:>13} {:>8}", "in all", sum(|one| one.executions), sum(|one| one.seconds));
    if outcomes.iter().all(|one| one.broken_by.is_empty()) {
        return Ok(());
    }
    Err(Failure::new(
        "some inputs break what has to hold",
        "they are seeds now, so that `cargo test -p fuzz-targets` shows what each breaks: mend it, and commit both",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_a_program_and_has_seeds() {
        let mut programs: Vec<String> = fs::read_dir(crate::root().join("fuzz/fuzz_targets"))
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        programs.sort();
        assert_eq!(programs, targets(None).unwrap());
        assert_eq!(targets(Some("openid")).unwrap(), ["openid"]);
        assert!(targets(Some("nothing")).is_err());
        let manifest = fs::read_to_string(crate::root().join("fuzz/Cargo.toml")).unwrap();
        for program in programs {
            assert!(manifest.contains(&format!("path = \"fuzz_targets/{program}.rs\"")), "{program}");
        }
    }

    #[test]
    fn figures_are_read_from_the_end_of_a_log() {
        let log = "#1 cov: 5 ft: 6\n#2\tNEW    cov: 680 ft: 1427\nstat::number_of_executed_units: 880019\n";
        assert_eq!(last_number(log, "cov:"), 680);
        assert_eq!(last_number(log, "stat::number_of_executed_units:"), 880_019);
        assert_eq!(last_number("", "cov:"), 0);
    }
}
