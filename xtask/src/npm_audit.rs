//! Known vulnerabilities of the npm packages, as the registry tells them, for every lock file of the repository.
//!
//! `npm audit` ends well where it asked nobody: offline it finds nothing, and says so. Here it is told to go online whatever the
//! machine's configuration says, and an answer that is no report counts as none.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::{OrFail, Result};
use crate::process::output;

/// What came of asking about one lock file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing is known against so many packages.
    Clean { packages: u64 },
    /// What is known, a line for each package.
    Found(Vec<String>),
    /// Nobody was asked, or nobody answered, for this reason.
    NotChecked(String),
}

/// Asks about a lock file: what runs, what builds and what tests alike.
pub(crate) fn audit(lock: &Path) -> Result<Verdict> {
    let mut command = Command::new("npm");
    command.current_dir(lock.parent().unwrap_or(lock)).args([
        "audit",
        "--json",
        "--package-lock-only",
        "--no-offline",
    ]);
    command.args(["--include=prod", "--include=dev", "--include=optional", "--include=peer"]);
    let (_, report, errors) = output(&mut command)
        .or_fail(|| "npm can't be run".into(), "install Node.js 20 or newer, which brings npm")?;
    Ok(verdict(&report, &errors))
}

/// Reads what npm printed. How it ended says less: it ends alike for a vulnerability and for a registry that does not answer.
fn verdict(report: &str, errors: &str) -> Verdict {
    let Ok(report) = serde_json::from_str::<Value>(report) else {
        return Verdict::NotChecked(last_line(errors));
    };
    let (found, packages) = (&report["vulnerabilities"], &report["metadata"]["dependencies"]["total"]);
    let (Some(found), Some(packages)) = (found.as_object(), packages.as_u64().filter(|count| *count > 0))
    else {
        let why = report["message"].as_str().or_else(|| report["error"]["summary"].as_str());
        return Verdict::NotChecked(why.map_or_else(|| last_line(errors), str::to_owned));
    };
    if found.is_empty() {
        return Verdict::Clean { packages };
    }
    Verdict::Found(found.iter().map(|(name, finding)| describe(name, finding)).collect())
}

/// `name 1.0.0 - 1.2.3 (high): what it is, where it is told` of a package, or by which other package it is reached.
fn describe(name: &str, finding: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let causes: Vec<String> = finding["via"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|via| match via {
            Value::String(package) => format!("by {package}"),
            advisory => format!("{}, {}", text(&advisory["title"]), text(&advisory["url"])),
        })
        .collect();
    format!("{name} {} ({}): {}", text(&finding["range"]), text(&finding["severity"]), causes.join("; "))
}

fn last_line(errors: &str) -> String {
    errors.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("npm gives no report").to_owned()
}

/// The lock files of the repository.
pub(crate) fn lock_files() -> Result<Vec<PathBuf>> {
    crate::files_named("package-lock.json")
        .or_fail(|| "the checkout can't be read".into(), "check its permissions")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_without_findings_is_clean() {
        let report = r#"{"auditReportVersion":2,"vulnerabilities":{},
            "metadata":{"vulnerabilities":{"total":0},"dependencies":{"prod":1,"total":168}}}"#;
        assert_eq!(verdict(report, ""), Verdict::Clean { packages: 168 });
    }

    #[test]
    fn report_with_findings_says_each_with_its_cause() {
        let report = r#"{"auditReportVersion":2,"vulnerabilities":{
            "inner":{"name":"inner","severity":"high","range":"<1.2.4",
                "via":[{"title":"It reads too far","url":"https://example.com/1"}]},
            "outer":{"name":"outer","severity":"moderate","range":"*","via":["inner"]}},
            "metadata":{"dependencies":{"total":2}}}"#;
        let expected =
            ["inner <1.2.4 (high): It reads too far, https://example.com/1", "outer * (moderate): by inner"];
        assert_eq!(verdict(report, ""), Verdict::Found(expected.map(str::to_owned).to_vec()));
    }

    #[test]
    fn registry_that_gives_no_report_is_no_pass() {
        let refused =
            r#"{"message":"405 Method Not Allowed - POST https://registry.example/bulk","statusCode":405}"#;
        let why = "405 Method Not Allowed - POST https://registry.example/bulk";
        assert_eq!(verdict(refused, "npm error audit"), Verdict::NotChecked(why.into()));
        let unreachable = "npm warn audit request failed\nnpm error audit endpoint returned an error\n\n";
        let why = "npm error audit endpoint returned an error";
        assert_eq!(verdict("", unreachable), Verdict::NotChecked(why.into()));
        let empty =
            r#"{"auditReportVersion":2,"vulnerabilities":{},"metadata":{"dependencies":{"total":0}}}"#;
        for nothing in ["{}", "[]", "null", empty] {
            assert_eq!(verdict(nothing, ""), Verdict::NotChecked("npm gives no report".into()), "{nothing}");
        }
    }

    #[test]
    fn every_lock_file_is_asked_about() {
        let expected = ["benches/workerd/package-lock.json", "package-lock.json"];
        assert_eq!(lock_files().unwrap(), expected.map(|lock| crate::root().join(lock)));
    }
}
