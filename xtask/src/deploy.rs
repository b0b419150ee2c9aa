//! From a checkout to a running environment: `cargo xtask deploy --env NAME`.
//!
//! In scope: the database and the namespaces, the migrations, the three workers from the ground up, and whether they answer
//! afterwards. Whatever is there already is found by its name, so a deployment can be repeated and one that was cut short
//! goes on. Not in scope: secrets, domains and what the variables say, which are the operator's.

mod account;
mod configs;
mod environment;
pub(crate) mod health;
mod rehearsal;
#[cfg(test)]
mod stand_in;

use std::process::Command;

pub(crate) use account::{Account, Wrangler};
pub(crate) use environment::Environment;
pub(crate) use rehearsal::Rehearsal;

use crate::args::DeployOptions;
use crate::failure::{Failure, Result};
use crate::process::stream;
use crate::progress::Progress;
use crate::tools::{self, Tools};
use crate::workers::{self, DEPLOYED};

/// What [`roll_out`] shows as steps of its own.
const STEPS: usize = 7;

pub(crate) fn run(options: &DeployOptions) -> Result<()> {
    let environment = Environment::read(&crate::root(), &options.environment)?;
    let missing = Tools::missing(&tools::WORKERS)?;
    let mut progress = Progress::new(missing.len() + workers::STEPS + STEPS + 1);
    // A worker that can't read its variables refuses to work, so they are read here first.
    progress.loud("reading the variables as the workers will", check_variables)?;
    let tools = Tools::install(missing, &mut progress)?;
    workers::build(&DEPLOYED, &tools, &mut progress)?;
    if options.dry_run {
        let commands = rehearse(&tools, &environment, &mut progress)?;
        println!("\nOn an account that has nothing yet, these commands would be run:\n");
        for line in commands {
            println!("  {line}");
        }
        println!("\nNothing was changed.");
        return Ok(());
    }
    let url = roll_out(&environment, &mut Account(&tools), &mut progress, |url| health::wait(&tools, url))?;
    println!("\n{} runs at {url}", environment.name());
    Ok(())
}

/// Rehearses the deployment of each environment, with workers that are built.
pub(crate) fn rehearse_all(tools: &Tools) -> Result<()> {
    for name in ["staging", "production"] {
        println!("{name}:");
        rehearse(tools, &Environment::read(&crate::root(), name)?, &mut Progress::new(STEPS))?;
    }
    Ok(())
}

/// Everything but what needs an account; gives the commands that it would be asked to run.
fn rehearse(tools: &Tools, environment: &Environment, progress: &mut Progress) -> Result<Vec<String>> {
    let mut account = Rehearsal::new(Some(tools));
    roll_out(environment, &mut account, progress, |_| Ok(()))?;
    Ok(account.commands().map(str::to_owned).collect())
}

fn check_variables() -> Result<()> {
    let mut command = Command::new("cargo");
    command.args(["test", "--quiet", "--package", "e2e", "--test", "configuration"]);
    stream(command.current_dir(crate::root()), "correct the variables in wrangler/ that are named above")
}

/// Everything that changes the account, in the order in which nothing is ever bound to what is not there yet, and no worker
/// is newer than the schema. Gives the address.
fn roll_out(
    environment: &Environment,
    wrangler: &mut impl Wrangler,
    progress: &mut Progress,
    healthy: impl FnOnce(&str) -> Result<()>,
) -> Result<String> {
    progress.quiet("finding the account", || wrangler.run(&["whoami", "--json"]).map(drop))?;
    let what = "finding or creating the database and the namespaces";
    let configs = progress.quiet(what, || environment.write(wrangler))?;
    let env = environment.name();
    progress.quiet("applying the migrations", || {
        let config = configs.of("user-mgmt");
        wrangler
            .run(&["d1", "migrations", "apply", "DB", "--remote", "--env", env, "--config", &config])
            .map(drop)
    })?;
    let mut said = String::new();
    // From the ground up: a binding needs its worker. The pages come last, so what they said has the address.
    for worker in environment.workers() {
        said = progress.quiet(&format!("deploying {worker}-{env}"), || {
            wrangler.run(&["deploy", "--env", env, "--config", &configs.of(worker)])
        })?;
    }
    let url = environment.public_url().or_else(|| address(&said)).ok_or_else(|| {
        Failure::new(
            "wrangler named no address of account-pages",
            "give it a route or `workers_dev` in wrangler/account-pages.jsonc, and set PUBLIC_URL in wrangler/user-mgmt.jsonc",
        )
    })?;
    progress.quiet(&format!("asking {url} whether it is well"), || healthy(&url))?;
    Ok(url)
}

/// The first address that wrangler names: `  https://account-pages-staging.example.workers.dev`.
fn address(said: &str) -> Option<String> {
    said.split_whitespace().find(|word| word.starts_with("https://")).map(str::to_owned)
}

/// An account to which this environment was deployed.
#[cfg(test)]
pub(crate) fn rehearsed(name: &str) -> Rehearsal<'static> {
    let environment = Environment::for_test(name);
    let mut account = Rehearsal::new(None);
    roll_out(&environment, &mut account, &mut Progress::new(STEPS), |_| Ok(())).unwrap();
    account
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staging() -> Environment {
        Environment::for_test("staging")
    }

    fn deploy(account: &mut Rehearsal<'_>) -> Result<String> {
        roll_out(&staging(), account, &mut Progress::new(STEPS), |_| Ok(()))
    }

    /// Where a command stands that begins and ends so.
    fn position(commands: &[String], (begin, end): (&str, &str)) -> usize {
        let found = |line: &String| line.starts_with(&format!("npx wrangler {begin}")) && line.ends_with(end);
        commands.iter().position(found).unwrap_or_else(|| panic!("{begin}: {commands:#?}"))
    }

    #[test]
    fn empty_account_gets_everything_from_the_ground_up() {
        let mut account = Rehearsal::new(None);
        let url = deploy(&mut account).unwrap();
        assert_eq!(url, "https://account-pages-staging.example.workers.dev");
        let commands: Vec<String> = account.commands().map(str::to_owned).collect();
        let order = [
            ("whoami", ""),
            ("d1 create edgeward-staging", ""),
            ("kv namespace create session-state-staging-sessions", ""),
            ("kv namespace create session-state-staging-cache", ""),
            ("d1 migrations apply DB --remote --env staging", "user-mgmt.jsonc"),
            ("deploy --env staging", "session-state.jsonc"),
            ("deploy --env staging", "user-mgmt.jsonc"),
            ("deploy --env staging", "account-pages.jsonc"),
        ];
        let positions: Vec<usize> = order.into_iter().map(|what| position(&commands, what)).collect();
        assert!(positions.is_sorted(), "{commands:#?}");
    }

    #[test]
    fn second_deployment_creates_nothing() {
        let mut account = Rehearsal::new(None);
        deploy(&mut account).unwrap();
        let first = account.commands().count();
        deploy(&mut account).unwrap();
        let second: Vec<&str> = account.commands().skip(first).collect();
        assert!(!second.is_empty() && !second.iter().any(|line| line.contains("create")), "{second:#?}");
    }

    #[test]
    fn deployment_that_fails_anywhere_stops_there_and_goes_on_when_repeated() {
        let mut whole = Rehearsal::new(None);
        deploy(&mut whole).unwrap();
        for failing in 0..whole.commands().count() {
            let mut account = Rehearsal::new(None);
            account.fail_at(failing);
            assert!(deploy(&mut account).is_err(), "{failing}");
            assert_eq!(account.commands().count(), failing + 1, "nothing is run after what failed");
            deploy(&mut account).unwrap();
            let created = account.commands().filter(|line| line.contains(" create ")).count();
            // What failed was not created, so it is asked for once more and nothing else is.
            assert!(created <= 4, "{failing}: {created}");
        }
    }

    #[test]
    fn unhealthy_deployment_is_a_failure() {
        let mut account = Rehearsal::new(None);
        let outcome = roll_out(&staging(), &mut account, &mut Progress::new(STEPS), |url| {
            Err(Failure::new(format!("{url} does not answer"), "read the log"))
        });
        assert!(outcome.unwrap_err().to_string().contains("does not answer"));
    }

    #[test]
    fn address_is_read_from_wranglers_words() {
        let said = "Uploaded x (2.1 sec)\nDeployed x triggers (0.4 sec)\n  https://x.example.workers.dev\n  schedule: * * * * *\n";
        assert_eq!(address(said).as_deref(), Some("https://x.example.workers.dev"));
        assert_eq!(address("Deployed x triggers"), None);
    }
}
