//! What is wrong with a set-up, and how to mend it: `cargo xtask doctor`, and with an account `--env NAME`.
//!
//! Every check says what it looked at. None changes anything, and one that fails does not keep the others from being made.

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

use crate::deploy::{Account, Environment, Wrangler, health};
use crate::failure::{Failure, OrFail, Result};
use crate::tools::{self, Need, Tools};

/// Where the local session takes variables from, and where all of them are explained.
const OWN_VARIABLES: &str = ".edgeward/own.env";
const REFERENCE: &str = "docs/CONFIGURATION.md";

/// What was looked at, and what was found.
struct Finding {
    what: String,
    outcome: Result<()>,
}

impl Finding {
    fn new(what: impl Into<String>, outcome: Result<()>) -> Self {
        Self { what: what.into(), outcome }
    }
}

pub(crate) fn run(environment: Option<&str>) -> Result<()> {
    let mut findings = machine();
    findings.extend(checkout(environment));
    if let Some(name) = environment {
        let environment = Environment::read(&crate::root(), name)?;
        let tools = Tools::installed()?;
        let healthy = |url: &str| health::now(&tools, url);
        findings.extend(account(&environment, &mut Account(&tools), healthy));
    }
    let wrong = findings.iter().filter(|finding| finding.outcome.is_err()).count();
    for finding in &findings {
        match &finding.outcome {
            Ok(()) => println!("  ok     {}", finding.what),
            Err(failure) => println!("  wrong  {}\n{}", finding.what, indented(failure)),
        }
    }
    if wrong == 0 {
        println!("\nNothing is wrong.");
        return Ok(());
    }
    let things =
        if wrong == 1 { "one thing is wrong".to_owned() } else { format!("{wrong} things are wrong") };
    Err(Failure::new(things, "see above"))
}

fn indented(failure: &Failure) -> String {
    let lines: Vec<String> =
        failure.to_string().lines().map(|line| format!("           {}", line.trim())).collect();
    lines.join("\n")
}

/// What the chores need of this machine.
fn machine() -> Vec<Finding> {
    let compiler = Command::new("cc").arg("--version").output();
    let compiler = compiler.map(drop).or_fail(
        || "there is no C compiler".into(),
        "install one (on Debian: apt-get install build-essential)",
    );
    let mut findings = vec![Finding::new("C compiler", compiler)];
    for need in tools::ALL {
        let outcome = Tools::missing(&[need]).and_then(|missing| {
            if missing.is_empty() {
                Ok(())
            } else {
                Err(Failure::new("it is not installed", "cargo xtask setup"))
            }
        });
        findings.push(Finding::new(describe(need), outcome));
    }
    for (port, what) in [(8787, "port 8787, of the pages"), (8788, "port 8788, of the mailbox")] {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop).or_fail(
            || "it is taken".into(),
            "nothing, if a local session is running; otherwise stop what uses it, or cargo xtask dev --port 8790",
        );
        findings.push(Finding::new(what, free));
    }
    findings
}

fn describe(need: Need) -> String {
    match need {
        Need::WasmTarget => "Rust's standard library for wasm".into(),
        Need::Cargo(tool) => tool.to_string(),
        Need::Npm => "npm packages, with wrangler and its Node".into(),
        Need::BenchNpm => "npm packages of the benches".into(),
        Need::Chromium => "Chromium, for the tests of the pages".into(),
        Need::Schemathesis => "schemathesis".into(),
    }
}

/// The variables that were set here: a misspelt one would be no error, only without effect.
fn checkout(environment: Option<&str>) -> Vec<Finding> {
    let known = known_variables();
    let own = fs::read_to_string(crate::root().join(OWN_VARIABLES)).unwrap_or_default();
    let mut findings = vec![Finding::new(
        format!("variables of {OWN_VARIABLES}"),
        known.as_ref().map_err(again).and_then(|known| check_names(names(&own), known)),
    )];
    if let Some(environment) = environment.and_then(|name| Environment::read(&crate::root(), name).ok()) {
        findings.push(Finding::new(
            format!("variables of {} in wrangler/", environment.name()),
            known.and_then(|known| check_names(environment.variables(), &known)),
        ));
    }
    findings
}

fn again(failure: &Failure) -> Failure {
    Failure::new(failure.to_string(), "see above")
}

/// The names in the first column of the tables of the reference, which a test compares with what the workers read.
fn known_variables() -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(crate::root().join(REFERENCE))
        .or_fail(|| format!("{REFERENCE} can't be read"), "restore it")?;
    let cell = |line: &str| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned());
    Ok(text.lines().filter_map(cell).collect())
}

/// The names of `NAME=value` lines.
fn names(lines: &str) -> Vec<String> {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('=').next().unwrap_or_default().trim().to_owned()).collect()
}

fn check_names(names: Vec<String>, known: &BTreeSet<String>) -> Result<()> {
    let unknown: Vec<String> = names
        .into_iter()
        .filter(|name| !known.contains(name) && !name.starts_with("OIDC_CLIENT_SECRET_"))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format!("no worker reads {}", unknown.join(", ")),
        format!("correct them: {REFERENCE} has every name"),
    ))
}

/// What an environment needs on the account.
fn account(
    environment: &Environment,
    wrangler: &mut impl Wrangler,
    healthy: impl Fn(&str) -> Result<()>,
) -> Vec<Finding> {
    let name = environment.name();
    let deploy = format!("cargo xtask deploy --env {name}");
    let signed_in = Finding::new("account", wrangler.run(&["whoami", "--json"]).map(drop));
    if signed_in.outcome.is_err() {
        // Everything else would only say the same.
        return vec![signed_in];
    }
    let mut findings = vec![signed_in];
    let resources = environment.missing(wrangler).and_then(|missing| {
        if missing.is_empty() {
            return Ok(());
        }
        Err(Failure::new(format!("not there: {}", missing.join(", ")), deploy.clone()))
    });
    let complete = resources.is_ok();
    findings.push(Finding::new("database and namespaces", resources));
    if complete {
        findings.push(Finding::new("migrations", migrations(environment, wrangler, &deploy)));
    }
    for worker in environment.workers() {
        let deployed = wrangler
            .run(&["deployments", "list", "--json", "--name", &format!("{worker}-{name}")])
            .map(drop)
            .map_err(|_| Failure::new("it is not deployed, or can't be seen", deploy.clone()));
        findings.push(Finding::new(format!("worker {worker}-{name}"), deployed));
    }
    findings.push(Finding::new("secrets of user-mgmt", secrets(environment, wrangler)));
    match environment.public_url() {
        Some(url) => findings.push(Finding::new(format!("answers of {url}"), healthy(&url))),
        None => findings.push(Finding::new(
            "PUBLIC_URL",
            Err(Failure::new(
                "it is not set, so no mail leads anywhere and nobody can be asked whether all is well",
                "set it in wrangler/user-mgmt.jsonc",
            )),
        )),
    }
    findings
}

fn migrations(environment: &Environment, wrangler: &mut impl Wrangler, deploy: &str) -> Result<()> {
    let config = environment.write(wrangler)?.of("user-mgmt");
    let said = wrangler.run(&[
        "d1",
        "migrations",
        "list",
        "DB",
        "--remote",
        "--env",
        environment.name(),
        "--config",
        &config,
    ])?;
    let waiting = said.matches(".sql").count();
    if waiting == 0 {
        return Ok(());
    }
    Err(Failure::new(format!("{waiting} not applied"), deploy))
}

fn secrets(environment: &Environment, wrangler: &mut impl Wrangler) -> Result<()> {
    let needed = environment.secrets()?;
    if needed.is_empty() {
        return Ok(());
    }
    let worker = format!("user-mgmt-{}", environment.name());
    let set = wrangler.list(&["secret", "list", "--format", "json", "--name", &worker])?;
    let missing: Vec<String> =
        needed.into_iter().filter(|secret| !set.iter().any(|one| one["name"] == secret.as_str())).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format!("not set: {}", missing.join(", ")),
        format!(
            "npx wrangler secret put NAME --config wrangler/user-mgmt.jsonc --env {}",
            environment.name()
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::{Rehearsal, rehearsed};

    fn wrong(findings: &[Finding]) -> Vec<&str> {
        findings.iter().filter(|one| one.outcome.is_err()).map(|one| one.what.as_str()).collect()
    }

    #[test]
    fn misspelt_variable_is_found() {
        let known = known_variables().unwrap();
        assert!(known.contains("RBAC_ENABLED") && known.contains("USER_MGMT_UI"));
        let own = "# mine\nRBAC_ENABLED=on\n\nOIDC_CLIENT_SECRET_SSO=x\n";
        check_names(names(own), &known).unwrap();
        let failure = check_names(names("RBAC_ENABELD=on"), &known).unwrap_err().to_string();
        assert!(failure.contains("RBAC_ENABELD"), "{failure}");
    }

    #[test]
    fn variables_of_the_environments_are_known() {
        let known = known_variables().unwrap();
        for name in ["staging", "production"] {
            let environment = Environment::for_test(name);
            assert!(environment.variables().len() > 5);
            check_names(environment.variables(), &known).unwrap();
        }
    }

    #[test]
    fn empty_account_lacks_everything() {
        let environment = Environment::for_test("staging");
        let findings = account(&environment, &mut Rehearsal::new(None), |_| Ok(()));
        let wrong = wrong(&findings);
        assert!(wrong.contains(&"database and namespaces"), "{wrong:?}");
        assert!(wrong.contains(&"worker user-mgmt-staging"), "{wrong:?}");
    }

    #[test]
    fn deployed_environment_lacks_only_what_the_operator_has_to_say() {
        let environment = Environment::for_test("staging");
        let findings = account(&environment, &mut rehearsed("staging"), |_| Ok(()));
        assert_eq!(wrong(&findings), ["PUBLIC_URL"]);
    }

    #[test]
    fn account_that_nobody_is_signed_in_to_is_said_once() {
        let environment = Environment::for_test("staging");
        let mut nobody = Rehearsal::new(None);
        nobody.fail_at(0);
        assert_eq!(wrong(&account(&environment, &mut nobody, |_| Ok(()))), ["account"]);
    }
}
