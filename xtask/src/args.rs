//! The command line.

use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use crate::assure;
use crate::bench::{self, Part};
use crate::example::Example;
use crate::failure::{Failure, Result};
use crate::people;

pub(crate) const USAGE: &str = "\
cargo xtask COMMAND

  setup                 install the tools that the other commands need
  dev                   build the three workers and run them locally
      --port N            port of the pages (8787)
      --flags on|off      every feature flag on (the default) or off
      --fresh             start with an empty database
      --example bookmarks an application in front of them, protected by the guard
      --front FILE        your own Worker in front of them, by its wrangler.jsonc, built already
      --oidc              with a local identity provider to sign in at
  test                  every test: native, on workerd, and the pages in Chromium
      --native            only the quick part: no wasm, no Node
  screenshots           take a picture of every page
  bench [PART…]         measure, and write docs/PERFORMANCE.md; the parts: decision, requests, size, scale
  instructions          count the instructions of a decision, compare them with benches/instructions.txt
  build                 build the three workers, print their sizes
      --check-sizes       fail when one is over its budget
  deploy                create or find what an environment needs, migrate, deploy, see whether it answers
      --env NAME          staging, production, or another one of wrangler/
      --dry-run           rehearse it: no account, nothing is changed
  doctor                say what is wrong with this set-up, and how to mend it
      --env NAME          with the account, and what is deployed there
  people COMMAND        accounts of a deployment that begins to have roles, see docs/PEOPLE.md
      default-role        give MEMBER to every account that lacks it
      promote ROLE EMAIL… give a role to these accounts
        --list FILE         and to those in this file, one address a line
        --unconfirmed       though nobody has shown that the addresses are theirs
      bootstrap-admin EMAIL
                          make an account the first SUPER_ADMIN (--unconfirmed as above)
      import              take over the users of devondragon/workers-users
        --source FILE       the configuration of its worker user-mgmt
        --source-database N what it calls its database (usersDB)
        --confirmed         the addresses count as shown to be their owners'
      --local | --remote  the database on this machine, or the one on the platform
      --persist-to DIR    where the local one is (that of `dev`)
      --env NAME          which environment of the platform
      --dry-run           only say what would be done
      --operator NAME     who does it, for the audit log (whoever is signed in here)
  assure PART           what no test has the time for, see docs/ASSURANCE.md
      fuzz                every target of fuzz/, by coverage
        --minutes N         for so long in all (60)
        --target NAME       this one alone
      schema              the API description, by a linter and against the running system
        --examples N        so many requests of each kind for each route (25)
      races               requests that race, on workerd
        --rounds N          so many rounds of each race (300)
      flood               what a flood of sign-ins takes from everybody else
      kill                workerd, killed in the middle of a write load and started again
        --rounds N          so many times (50)
      load                mixed traffic at the limit, and what it does to memory and latency
        --minutes N         for so long (15)
  deny                  check licences, sources and duplicates of the dependencies
  advisories            ask what is known against the crates and the npm packages (needs the open internet)
  sbom                  list what the workers are made of, and what builds them, as CycloneDX in target/sbom
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Help,
    Setup,
    Dev(DevOptions),
    Build { check_sizes: bool },
    Deploy(DeployOptions),
    Doctor { environment: Option<String> },
    Test { native: bool },
    Screenshots,
    Bench(Vec<Part>),
    Instructions,
    People(people::Options),
    Assure(assure::Options),
    Deny,
    Advisories,
    Sbom,
}

/// How the local session is run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DevOptions {
    pub(crate) port: u16,
    pub(crate) flags: bool,
    pub(crate) fresh: bool,
    pub(crate) example: Option<Example>,
    pub(crate) front: Option<PathBuf>,
    pub(crate) oidc: bool,
}

/// What is deployed where.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct DeployOptions {
    pub(crate) environment: String,
    pub(crate) dry_run: bool,
}

pub(crate) fn parse() -> Result<Task> {
    parse_from(Parser::from_env()).map_err(|error| {
        Failure::new(error.to_string(), "`cargo xtask help` lists the commands and their options")
    })
}

pub(crate) fn parse_from(mut parser: Parser) -> std::result::Result<Task, lexopt::Error> {
    let mut task = match parser.next()? {
        None | Some(Arg::Short('h') | Arg::Long("help")) => return Ok(Task::Help),
        Some(Arg::Value(command)) => match command.string()?.as_str() {
            "help" => return Ok(Task::Help),
            "setup" => Task::Setup,
            "dev" => {
                let (example, front) = (None, None);
                Task::Dev(DevOptions { port: 8787, flags: true, fresh: false, example, front, oidc: false })
            }
            "build" => Task::Build { check_sizes: false },
            "deploy" => Task::Deploy(DeployOptions::default()),
            "doctor" => Task::Doctor { environment: None },
            "test" => Task::Test { native: false },
            "screenshots" => Task::Screenshots,
            "bench" => Task::Bench(Vec::new()),
            "instructions" => Task::Instructions,
            "people" => {
                return Ok(people::Options::parse(&mut parser)?.map_or(Task::Help, Task::People));
            }
            "assure" => {
                return Ok(assure::Options::parse(&mut parser)?.map_or(Task::Help, Task::Assure));
            }
            "deny" => Task::Deny,
            "advisories" => Task::Advisories,
            "sbom" => Task::Sbom,
            unknown => return Err(format!("there is no command `{unknown}`").into()),
        },
        Some(other) => return Err(other.unexpected()),
    };
    while let Some(arg) = parser.next()? {
        match (&mut task, arg) {
            (_, Arg::Short('h') | Arg::Long("help")) => return Ok(Task::Help),
            (Task::Dev(options), Arg::Long("port")) => options.port = parser.value()?.parse()?,
            (Task::Dev(options), Arg::Long("flags")) => {
                options.flags = match parser.value()?.string()?.as_str() {
                    "on" => true,
                    "off" => false,
                    other => return Err(format!("--flags is `on` or `off`, not `{other}`").into()),
                }
            }
            (Task::Dev(options), Arg::Long("fresh")) => options.fresh = true,
            (Task::Dev(options), Arg::Long("example")) => {
                let name = parser.value()?.string()?;
                let example = Example::parse(&name);
                options.example = Some(example.ok_or_else(|| format!("there is no example `{name}`"))?);
            }
            (Task::Dev(options), Arg::Long("front")) => {
                let file = PathBuf::from(parser.value()?);
                options.front = Some(std::path::absolute(&file).map_err(|error| error.to_string())?);
            }
            (Task::Dev(options), Arg::Long("oidc")) => options.oidc = true,
            (Task::Build { check_sizes }, Arg::Long("check-sizes")) => *check_sizes = true,
            (Task::Deploy(options), Arg::Long("env")) => options.environment = parser.value()?.string()?,
            (Task::Deploy(options), Arg::Long("dry-run")) => options.dry_run = true,
            (Task::Doctor { environment }, Arg::Long("env")) => {
                *environment = Some(parser.value()?.string()?);
            }
            (Task::Bench(parts), Arg::Value(name)) => {
                let name = name.string()?;
                parts
                    .push(Part::parse(&name).ok_or_else(|| format!("there is no part `{name}` to measure"))?);
            }
            (Task::Test { native }, Arg::Long("native")) => *native = true,
            (_, other) => return Err(other.unexpected()),
        }
    }
    match task {
        // Nothing is deployed to a place that nobody named.
        Task::Deploy(options) if options.environment.is_empty() => Err("deploy needs --env NAME".into()),
        Task::Dev(DevOptions { example: Some(_), front: Some(_), .. }) => {
            Err("--example and --front both want to stand in front".into())
        }
        Task::Bench(parts) if parts.is_empty() => Ok(Task::Bench(bench::ALL.to_vec())),
        task => Ok(task),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> std::result::Result<Task, lexopt::Error> {
        parse_from(Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn no_command_shows_the_help() {
        assert_eq!(parse("").unwrap(), Task::Help);
        assert_eq!(parse("dev --help").unwrap(), Task::Help);
    }

    #[test]
    fn dev_takes_its_options() {
        let example = Some(Example::Bookmarks);
        let expected = DevOptions { port: 9000, flags: false, fresh: true, example, front: None, oidc: true };
        let parsed = parse("dev --port 9000 --flags=off --fresh --example bookmarks --oidc").unwrap();
        assert_eq!(parsed, Task::Dev(expected));
        let front = Some(PathBuf::from("/blog/wrangler.jsonc"));
        let expected =
            DevOptions { port: 8787, flags: true, fresh: false, example: None, front, oidc: false };
        assert_eq!(parse("dev --front /blog/wrangler.jsonc").unwrap(), Task::Dev(expected));
    }

    #[test]
    fn deploy_needs_an_environment() {
        let options = |dry_run| DeployOptions { environment: "staging".into(), dry_run };
        assert_eq!(parse("deploy --env staging").unwrap(), Task::Deploy(options(false)));
        assert_eq!(parse("deploy --dry-run --env=staging").unwrap(), Task::Deploy(options(true)));
        assert!(
            parse("deploy").is_err() && parse("deploy --dry-run").is_err() && parse("deploy --env").is_err()
        );
        assert_eq!(parse("doctor").unwrap(), Task::Doctor { environment: None });
        let staging = Task::Doctor { environment: Some("staging".into()) };
        assert_eq!(parse("doctor --env staging").unwrap(), staging);
    }

    #[test]
    fn bench_measures_what_is_named_or_everything() {
        assert_eq!(parse("bench decision").unwrap(), Task::Bench(vec![Part::Decision]));
        assert_eq!(parse("bench").unwrap(), Task::Bench(bench::ALL.to_vec()));
        assert!(parse("bench everything").is_err());
    }

    #[test]
    fn options_of_another_command_are_refused() {
        for line in [
            "test --port 1",
            "dev --native",
            "dev --flags maybe",
            "dev --port 70000",
            "setup now",
            "bild",
            "dev --example x",
            "dev --example bookmarks --front wrangler.jsonc",
        ] {
            assert!(parse(line).is_err(), "`{line}` was taken");
        }
    }
}
