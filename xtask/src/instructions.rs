//! How many instructions one decision takes, counted by valgrind and compared with what `benches/instructions.txt` says:
//! unlike a time, the number comes out the same whatever else the machine does.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::failure::{Failure, OrFail, Result};
use crate::process::{capture, output};

const FILE: &str = "benches/instructions.txt";

/// How much more or less than the file says passes: what a linker's mood changes, and no more.
const TOLERANCE: f64 = 0.02;

const WRITE: &str =
    "if that is intended, run `EDGEWARD_WRITE=1 cargo xtask instructions` and say why in the change";

/// What is asked of whom, and how many instructions that takes.
type Counts = BTreeMap<Case, f64>;

/// `edgeward 10 hit`: the set, the number of grants, and whether one satisfies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Case {
    grants: u32,
    asked: String,
    set: String,
}

/// Counts, and fails where a decision takes more than the file says, or than a `HashSet<String>`.
pub(crate) fn check() -> Result<()> {
    let version = Command::new("valgrind").arg("--version").output();
    if !version.is_ok_and(|output| output.status.success()) {
        println!(
            "Skipped: the instructions of a decision are not compared with {FILE}, since there is no valgrind here.\n\
             It comes with the system's packages: `apt-get install valgrind`."
        );
        return Ok(());
    }
    let counts = count()?;
    let made_by = made_by()?;
    let file = crate::root().join(FILE);
    let text = render(&made_by, &counts);
    if env::var_os("EDGEWARD_WRITE").is_some() {
        fs::write(&file, &text).or_fail(|| format!("{FILE} can't be written"), "check its permissions")?;
        println!("{FILE} is written.");
    }
    let reviewed = fs::read_to_string(&file).or_fail(|| format!("{FILE} can't be read"), WRITE)?;
    let mut complaints = over_budget(&counts);
    if reviewed.lines().any(|line| line == made_by) {
        complaints.extend(differences(&parse(&reviewed), &counts));
    } else {
        println!(
            "Not compared with {FILE}, which is of another compiler or machine than {made_by}. Counted here:\n{text}"
        );
    }
    if complaints.is_empty() {
        println!("{} cases, as {FILE} says or within the budget.", counts.len());
        return Ok(());
    }
    Err(Failure::new(format!("the instructions of a decision:\n{}", complaints.join("\n")), WRITE))
}

/// Runs the program under callgrind, which writes a file for each call of its function `measured`.
fn count() -> Result<Counts> {
    let root = crate::root();
    let remedy = "see what it says above";
    let mut build = Command::new("cargo");
    build.args([
        "build",
        "--release",
        "--quiet",
        "--package",
        "edgeward-bench-check",
        "--message-format",
        "json",
    ]);
    let messages = capture(build.args(["--manifest-path", "benches/Cargo.toml"]).current_dir(&root), remedy)?;
    let program = executable(&messages)
        .ok_or_else(|| Failure::new("cargo built no program `count`", "look at benches/check/Cargo.toml"))?;

    let out = program.with_extension("callgrind");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--tool=callgrind", "--zero-before=*::measured", "--dump-after=*::measured"]);
    // One way to compare memory, rather than the quickest that this processor has.
    valgrind.env("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-SSE4_1,-SSE4_2");
    valgrind.arg(format!("--callgrind-out-file={}", out.display())).arg(&program);
    let (status, calls, errors) = output(&mut valgrind).or_fail(|| "valgrind can't be run".into(), remedy)?;
    if !status.success() {
        return Err(Failure::new(format!("valgrind failed ({status}): {errors}"), remedy));
    }
    calls
        .lines()
        .enumerate()
        .map(|(call, line)| {
            let file = PathBuf::from(format!("{}.{}", out.display(), call + 1));
            counted(line, &file)
                .ok_or_else(|| Failure::new(format!("callgrind did not count `{line}`"), "report this"))
        })
        .collect()
}

/// Where cargo put the program.
fn executable(messages: &str) -> Option<PathBuf> {
    messages.lines().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message["executable"].as_str()?))
    })
}

/// A line of the program, `edgeward 10 hit 256`, and the file of its call.
fn counted(line: &str, file: &Path) -> Option<(Case, f64)> {
    let (case, checks) = line.rsplit_once(' ')?;
    let text = fs::read_to_string(file).ok()?;
    fs::remove_file(file).ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "))?;
    Some((Case::parse(case)?, total.trim().parse::<f64>().ok()? / checks.parse::<f64>().ok()?))
}

impl Case {
    fn parse(text: &str) -> Option<Self> {
        let [set, grants, asked] = text.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
        Some(Self { grants: grants.parse().ok()?, asked: asked.to_owned(), set: set.to_owned() })
    }

    fn name(&self) -> String {
        format!("{} {} {}", self.set, self.grants, self.asked)
    }
}

/// What the counts depend on, besides the code.
fn made_by() -> Result<String> {
    let verbose = capture(Command::new("rustc").arg("-vV"), "install Rust by rustup")?;
    let field = |name: &str| {
        verbose.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim().to_owned()
    };
    Ok(format!("# rustc {}, {}", field("release: "), field("host: ")))
}

fn render(made_by: &str, counts: &Counts) -> String {
    let mut text = format!(
        "# Instructions of one decision, counted by callgrind: `cargo xtask test` compares them (xtask/src/instructions.rs).\n{made_by}\n"
    );
    for (case, count) in counts {
        let _ = writeln!(text, "{:<20} {count:>6.1}", case.name());
    }
    text
}

fn parse(text: &str) -> Counts {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            line.rsplit_once(' ').and_then(|(case, count)| Some((Case::parse(case)?, count.parse().ok()?)))
        })
        .collect()
}

/// Wherever a decision takes more than one lookup in a `HashSet<String>` of the same size.
fn over_budget(counts: &Counts) -> Vec<String> {
    let budget = |case: &Case| counts.get(&Case { set: "hashset".to_owned(), ..case.clone() }).copied();
    counts
        .iter()
        .filter_map(|(case, count)| {
            let budget = budget(case).unwrap_or(0.0);
            (*count > budget)
                .then(|| format!("  {}: {count:.1}, over the {budget:.1} of a HashSet<String>", case.name()))
        })
        .collect()
}

fn differences(reviewed: &Counts, counts: &Counts) -> Vec<String> {
    let cases = reviewed.keys().chain(counts.keys().filter(|case| !reviewed.contains_key(case)));
    cases
        .filter_map(|case| match (reviewed.get(case), counts.get(case)) {
            (Some(reviewed), Some(now)) if (now / reviewed - 1.0).abs() <= TOLERANCE => None,
            (Some(reviewed), Some(now)) => Some(format!(
                "  {}: {now:.1}, {:+.1} % of the {reviewed:.1} in {FILE}",
                case.name(),
                (now / reviewed - 1.0) * 100.0
            )),
            (None, _) => Some(format!("  {}: not in {FILE}", case.name())),
            (_, None) => Some(format!("  {}: in {FILE}, but not counted", case.name())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(lines: &str) -> Counts {
        parse(lines)
    }

    #[test]
    fn counts_that_are_written_are_read_again() {
        let some = counts("edgeward 10 hit 101.3\nedgeward 10000 miss 68.3\nhashset 10 hit 292.9");
        assert_eq!(some.len(), 3);
        assert_eq!(parse(&render("# rustc 1.0.0, here", &some)), some);
    }

    #[test]
    fn difference_beyond_the_tolerance_is_told_either_way() {
        let reviewed = counts("edgeward 10 hit 100.0");
        assert!(differences(&reviewed, &counts("edgeward 10 hit 101.9")).is_empty());
        for other in ["edgeward 10 hit 102.1", "edgeward 10 hit 97.9", "edgeward 100 hit 100.0"] {
            assert!(!differences(&reviewed, &counts(other)).is_empty(), "{other}");
        }
    }

    #[test]
    fn decision_over_one_lookup_in_a_hash_set_is_told() {
        assert!(over_budget(&counts("edgeward 10 hit 99.0\nhashset 10 hit 100.0")).is_empty());
        assert_eq!(over_budget(&counts("wildcards 10 hit 101.0\nhashset 10 hit 100.0")).len(), 1);
        assert_eq!(over_budget(&counts("edgeward 10 hit 1.0")).len(), 1, "nothing to compare with");
    }
}
