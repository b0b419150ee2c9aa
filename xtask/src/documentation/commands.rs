//! Commands, checked without being run.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use lexopt::Parser;
use serde_json::Value;

/// What is checked elsewhere, or by its own name alone.
const KNOWN: [&[&str]; 18] = [
    // With wrangler itself, and as a request.
    &["npx", "wrangler"],
    &["curl"],
    // The command line has a test of its own, which runs every example.
    &["edgeward"],
    &["cargo", "fmt"],
    &["cargo", "insta"],
    &["cargo", "metadata"],
    &["cargo", "clean"],
    // What a shell or a system brings.
    &["cd"],
    &["git"],
    &["export"],
    &["rustup"],
    &["npm"],
    &["apt-get"],
    &["echo"],
    &["mkdir"],
    &["cat"],
    &["cp"],
    &["rm"],
];

/// The packages of the workspace, with the targets and features that a command may name.
pub(super) struct Workspace {
    packages: BTreeMap<String, Package>,
}

struct Package {
    /// Kind and name: `test`, `e2e`.
    targets: Vec<(String, String)>,
    features: Vec<String>,
}

impl Workspace {
    pub(super) fn read() -> Self {
        let mut packages = BTreeMap::new();
        for manifest in ["Cargo.toml", "benches/Cargo.toml"] {
            let output = Command::new(env!("CARGO"))
                .args([
                    "metadata",
                    "--no-deps",
                    "--format-version=1",
                    "--offline",
                    "--manifest-path",
                    manifest,
                ])
                .current_dir(crate::root())
                .output()
                .unwrap();
            let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
            for package in metadata["packages"].as_array().unwrap() {
                let target = |target: &Value| {
                    let text = |value: &Value| value.as_str().unwrap().to_owned();
                    (text(&target["kind"][0]), text(&target["name"]))
                };
                let targets = package["targets"].as_array().unwrap().iter().map(target).collect();
                let features = package["features"].as_object().unwrap().keys().cloned().collect();
                packages.insert(package["name"].as_str().unwrap().to_owned(), Package { targets, features });
            }
        }
        Self { packages }
    }

    /// What is wrong with a line of a shell.
    pub(super) fn check(&self, line: &str) -> Result<(), String> {
        for part in parts(line) {
            let words: Vec<&str> = part.iter().map(String::as_str).collect();
            match words[..] {
                ["cargo", "xtask", ref args @ ..] => xtask(args),
                ["cargo", "test" | "run" | "bench" | "check" | "clippy" | "doc", ref args @ ..] => {
                    self.cargo(args)
                }
                ["cargo", "install", "--path", path] => file(&format!("{path}/Cargo.toml")),
                ["node", ref args @ ..] => script(args),
                [program, ..] if program.starts_with('.') => file(program),
                ref words if KNOWN.iter().any(|known| words.starts_with(known)) => Ok(()),
                [program, ..] => Err(format!("nothing here knows how to check `{program}`")),
                [] => Ok(()),
            }?;
        }
        Ok(())
    }

    fn cargo(&self, args: &[&str]) -> Result<(), String> {
        let args: Vec<&str> =
            args.iter().take_while(|arg| **arg != "--").flat_map(|arg| arg.split('=')).collect();
        let after = |names: &[&str]| {
            let position = args.iter().position(|arg| names.contains(arg));
            position.and_then(|at| args.get(at + 1).copied())
        };
        let Some(name) = after(&["-p", "--package"]) else { return Ok(()) };
        let package = self.packages.get(name).ok_or_else(|| format!("there is no package `{name}`"))?;
        for (option, kind) in
            [("--test", "test"), ("--example", "example"), ("--bench", "bench"), ("--bin", "bin")]
        {
            let known = |target: &str| package.targets.iter().any(|(of, name)| of == kind && name == target);
            if let Some(target) = after(&[option]).filter(|target| !known(target)) {
                return Err(format!("`{name}` has no {kind} `{target}`"));
            }
        }
        match after(&["--features"]) {
            Some(feature) if !package.features.iter().any(|known| known == feature) => {
                Err(format!("`{name}` has no feature `{feature}`"))
            }
            _ => Ok(()),
        }
    }
}

/// The commands of wrangler in a line, without the program.
pub(super) fn wrangler_commands(line: &str) -> impl Iterator<Item = Vec<String>> {
    parts(line)
        .into_iter()
        .filter(|words| words.len() > 2 && words[0] == "npx" && words[1] == "wrangler")
        .map(|words| words[2..].to_vec())
}

/// The commands of a line, each as its words, without the variables before it.
fn parts(line: &str) -> Vec<Vec<String>> {
    let mut parts = vec![Vec::new()];
    for word in words(line) {
        if ["&&", "|", ";"].contains(&word.as_str()) {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            let is_variable =
                part.is_empty() && word.split_once('=').is_some_and(|(name, _)| is_a_variable(name));
            if !is_variable {
                part.push(word);
            }
        }
    }
    parts
}

fn is_a_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// The words of a line, with what stands in quotes as one.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut begun = false;
    for c in line.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                begun = true;
            }
            None if c.is_whitespace() => {
                if begun {
                    words.push(std::mem::take(&mut word));
                    begun = false;
                }
            }
            _ => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// As the chores read their own command line. `[…]` is what may be left out, `a|b` a choice, `N` a number, `COMMAND` any of them.
fn xtask(args: &[&str]) -> Result<(), String> {
    let plain = args.iter().map(|arg| arg.trim_matches(['[', ']'])).filter(|arg| *arg != "…");
    let plain = plain.map(|arg| match arg.split('|').next().unwrap_or(arg) {
        "N" => "1",
        "COMMAND" => "help",
        first => first,
    });
    crate::args::parse_from(Parser::from_args(plain)).map(drop).map_err(|error| error.to_string())
}

fn script(args: &[&str]) -> Result<(), String> {
    let script = args.iter().find(|arg| Path::new(arg).extension().is_some_and(|end| end == "mjs"));
    script.map_or_else(|| Err("it names no script".into()), |script| file(script))
}

fn file(path: &str) -> Result<(), String> {
    if crate::root().join(path).is_file() { Ok(()) } else { Err(format!("there is no {path}")) }
}
