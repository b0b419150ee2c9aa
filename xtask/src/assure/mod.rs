//! What takes longer than a test may, or tools that a test should not need: the figures of `docs/ASSURANCE.md`.

mod fuzz;
mod on_workerd;
mod races;
mod schema;

use lexopt::{Arg, Parser, ValueExt};

use crate::failure::Result;

/// Which part, and how much of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Options {
    /// Fuzzing by coverage.
    Fuzz { minutes: u32, target: Option<String> },
    /// The API description.
    Schema { examples: u32 },
    /// Requests that race.
    Races { rounds: u32 },
    /// Mixed traffic at the limit.
    Load { minutes: u32 },
    /// workerd, killed in the middle of a write load.
    Kill { rounds: u32 },
    /// Requests beside a flood of sign-ins.
    Flood,
}

impl Options {
    /// Reads what follows `assure`; nothing where help is asked for.
    pub(crate) fn parse(parser: &mut Parser) -> std::result::Result<Option<Self>, lexopt::Error> {
        let mut options = match parser.next()? {
            Some(Arg::Value(part)) => match part.string()?.as_str() {
                "fuzz" => Self::Fuzz { minutes: 60, target: None },
                "schema" => Self::Schema { examples: 25 },
                "races" => Self::Races { rounds: 300 },
                "kill" => Self::Kill { rounds: 50 },
                "load" => Self::Load { minutes: 15 },
                "flood" => Self::Flood,
                unknown => return Err(format!("there is nothing to assure called `{unknown}`").into()),
            },
            None | Some(Arg::Short('h') | Arg::Long("help")) => return Ok(None),
            Some(other) => return Err(other.unexpected()),
        };
        while let Some(arg) = parser.next()? {
            match (&mut options, arg) {
                (_, Arg::Short('h') | Arg::Long("help")) => return Ok(None),
                (Self::Fuzz { minutes, .. } | Self::Load { minutes }, Arg::Long("minutes")) => {
                    *minutes = parser.value()?.parse()?;
                }
                (Self::Fuzz { target, .. }, Arg::Long("target")) => *target = Some(parser.value()?.string()?),
                (Self::Races { rounds } | Self::Kill { rounds }, Arg::Long("rounds")) => {
                    *rounds = parser.value()?.parse()?;
                }
                (Self::Schema { examples }, Arg::Long("examples")) => *examples = parser.value()?.parse()?,
                (_, other) => return Err(other.unexpected()),
            }
        }
        Ok(Some(options))
    }
}

pub(crate) fn run(options: Options) -> Result<()> {
    match options {
        Options::Fuzz { minutes, target } => fuzz::run(minutes, target.as_deref()),
        Options::Schema { examples } => schema::run(examples),
        Options::Races { rounds } => races::run(rounds),
        Options::Kill { rounds } => on_workerd::kill(rounds),
        Options::Load { minutes } => on_workerd::load(minutes),
        Options::Flood => on_workerd::flood(),
    }
}
