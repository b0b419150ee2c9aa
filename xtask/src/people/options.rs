//! The command line of `cargo xtask people`.

use std::path::PathBuf;

use accounts::{Email, PersonName};
use lexopt::{Arg, Parser, ValueExt};
use rbac::RoleName;

/// What to do, where, and in whose name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(super) what: What,
    pub(super) place: Place,
    /// Only say what would be done.
    pub(super) dry_run: bool,
    /// Who is doing it; whoever is signed in on this machine, unless said otherwise.
    pub(super) operator: Option<PersonName>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    DefaultRole,
    Promote { role: RoleName, emails: Vec<Email>, list: Option<PathBuf>, unconfirmed: bool },
    BootstrapAdmin { email: Email, unconfirmed: bool },
    Import { source: PathBuf, database: String, confirmed: bool },
}

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On this machine, in this folder if it is not the usual one.
    Local(Option<PathBuf>),
    /// On the platform, in this environment if it is a named one.
    Remote(Option<String>),
}

/// What the older framework's configuration calls its database.
const SOURCE_DATABASE: &str = "usersDB";

/// All that can be said, before it is clear what belongs together.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "one for each switch")]
struct Said {
    values: Vec<String>,
    local: bool,
    remote: bool,
    persist_to: Option<PathBuf>,
    environment: Option<String>,
    dry_run: bool,
    operator: Option<PersonName>,
    list: Option<PathBuf>,
    unconfirmed: bool,
    source: Option<PathBuf>,
    source_database: Option<String>,
    confirmed: bool,
}

impl Options {
    /// Reads what follows `people`; nothing where help is asked for.
    pub(crate) fn parse(parser: &mut Parser) -> Result<Option<Self>, lexopt::Error> {
        let command = match parser.next()? {
            Some(Arg::Value(command)) => command.string()?,
            None | Some(Arg::Short('h') | Arg::Long("help")) => return Ok(None),
            Some(other) => return Err(other.unexpected()),
        };
        let mut said = Said::default();
        while let Some(arg) = parser.next()? {
            match (command.as_str(), arg) {
                (_, Arg::Short('h') | Arg::Long("help")) => return Ok(None),
                (_, Arg::Long("local")) => said.local = true,
                (_, Arg::Long("remote")) => said.remote = true,
                (_, Arg::Long("persist-to")) => said.persist_to = Some(path(parser)?),
                (_, Arg::Long("env")) => said.environment = Some(parser.value()?.string()?),
                (_, Arg::Long("dry-run")) => said.dry_run = true,
                (_, Arg::Long("operator")) => {
                    said.operator = Some(parser.value()?.parse_with(PersonName::parse)?);
                }
                ("promote", Arg::Long("list")) => said.list = Some(path(parser)?),
                ("promote" | "bootstrap-admin", Arg::Long("unconfirmed")) => said.unconfirmed = true,
                ("import", Arg::Long("source")) => said.source = Some(path(parser)?),
                ("import", Arg::Long("source-database")) => {
                    said.source_database = Some(parser.value()?.string()?);
                }
                ("import", Arg::Long("confirmed")) => said.confirmed = true,
                ("promote" | "bootstrap-admin", Arg::Value(value)) => said.values.push(value.string()?),
                (_, other) => return Err(other.unexpected()),
            }
        }
        let place = match (said.local, said.remote) {
            (true, false) if said.environment.is_some() => return Err("--env goes with --remote".into()),
            (true, false) => Place::Local(said.persist_to.take()),
            (false, true) if said.persist_to.is_some() => return Err("--persist-to goes with --local".into()),
            (false, true) => Place::Remote(said.environment.take()),
            _ => return Err("say which database: --local or --remote".into()),
        };
        let (dry_run, operator) = (said.dry_run, said.operator.take());
        Ok(Some(Self { what: what(&command, said)?, place, dry_run, operator }))
    }
}

fn what(command: &str, said: Said) -> Result<What, lexopt::Error> {
    Ok(match command {
        "default-role" => What::DefaultRole,
        "promote" => {
            let (role, emails) = said.values.split_first().ok_or("promote to which role?")?;
            if emails.is_empty() && said.list.is_none() {
                return Err("promote whom? Name addresses, or a file of them by --list".into());
            }
            What::Promote {
                role: RoleName::parse(role).map_err(|error| format!("`{role}`: {error}"))?,
                emails: emails.iter().map(|text| email(text)).collect::<Result<_, _>>()?,
                list: said.list,
                unconfirmed: said.unconfirmed,
            }
        }
        "bootstrap-admin" => match said.values.as_slice() {
            [address] => What::BootstrapAdmin { email: email(address)?, unconfirmed: said.unconfirmed },
            _ => return Err("bootstrap-admin takes the address of one account".into()),
        },
        "import" => What::Import {
            source: said.source.ok_or("import from where? Name the older wrangler.toml by --source")?,
            database: said.source_database.unwrap_or_else(|| SOURCE_DATABASE.to_owned()),
            confirmed: said.confirmed,
        },
        unknown => return Err(format!("there is no command `people {unknown}`").into()),
    })
}

fn email(text: &str) -> Result<Email, lexopt::Error> {
    Email::parse(text).map_err(|error| format!("`{text}`: {error}").into())
}

/// A path as it was meant where the command was given; wrangler runs elsewhere.
fn path(parser: &mut Parser) -> Result<PathBuf, lexopt::Error> {
    let value = parser.value()?;
    std::path::absolute(&value).map_err(|error| format!("{}: {error}", value.to_string_lossy()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Options>, lexopt::Error> {
        Options::parse(&mut Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn commands_take_their_options() {
        let options = parse("default-role --local --dry-run --operator Ada").unwrap().unwrap();
        let operator = Some(PersonName::parse("Ada").unwrap());
        let place = Place::Local(None);
        assert_eq!(options, Options { what: What::DefaultRole, place, dry_run: true, operator });

        let options = parse("promote --remote --env staging SUPPORT Ada@example.com --list /l --unconfirmed")
            .unwrap()
            .unwrap();
        let expected = What::Promote {
            role: RoleName::parse("SUPPORT").unwrap(),
            emails: vec![Email::parse("ada@example.com").unwrap()],
            list: Some("/l".into()),
            unconfirmed: true,
        };
        assert_eq!((options.what, options.place), (expected, Place::Remote(Some("staging".to_owned()))));

        let options = parse("import --local --persist-to /s --source /old/wrangler.toml").unwrap().unwrap();
        let source = PathBuf::from("/old/wrangler.toml");
        let expected = What::Import { source, database: SOURCE_DATABASE.to_owned(), confirmed: false };
        assert_eq!((options.what, options.place), (expected, Place::Local(Some("/s".into()))));
    }

    #[test]
    fn help_is_no_command() {
        assert_eq!(parse("").unwrap(), None);
        assert_eq!(parse("import --help").unwrap(), None);
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        for line in [
            "default-role",
            "default-role --local --remote",
            "default-role --remote --persist-to /s",
            "default-role --local --env staging",
            "default-role --local ada@example.com",
            "default-role --local --operator",
            "promote --local",
            "promote --local SUPPORT",
            "promote --local SUPPORT ada",
            "bootstrap-admin --local",
            "bootstrap-admin --local a@example.com b@example.com",
            "import --local",
            "import --local --source /s --unconfirmed",
            "demote --local",
        ] {
            assert!(parse(line).is_err(), "`{line}` was taken");
        }
    }
}
