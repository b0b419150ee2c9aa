//! What shows only under many rounds. The tests of every day run a few; `ASSURE_ROUNDS` asks for more. The figures are in
//! `docs/ASSURANCE.md`.

pub mod races;

use std::str::FromStr;

/// How much of something is asked for by an environment variable, or so much as is quick.
pub fn asked<T: FromStr>(variable: &str, quick: T) -> T {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable}={text} is not a number")),
        Err(_) => quick,
    }
}
