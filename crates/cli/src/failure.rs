use serde_json::{Value, json};

use crate::exit;
use crate::problem::Problem;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Something on this machine.
    #[error("{0}")]
    Local(String),
    /// What was asked for can't be meant.
    #[error("{0}")]
    Usage(String),
    /// There is no token to send.
    #[error("{0}")]
    NotSignedIn(String),
    /// Whoever asks may not, as the answer says: of a question, not an error of it.
    #[error("{0}")]
    NotAllowed(String),
    /// What was named is not there.
    #[error("{0}")]
    NotFound(String),
    /// The deployment said no.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// The deployment did not say anything, or nothing that can be understood.
    #[error("{0}")]
    Unavailable(String),
    /// Whoever reads the output has stopped reading.
    #[error("nobody reads the output any more")]
    OutputClosed,
}

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    pub(crate) fn local(what: &str, error: impl std::fmt::Display) -> Self {
        Self::Local(format!("{what}: {error}"))
    }

    /// What the process ends with.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Local(_) => exit::FAILED,
            Self::Usage(_) => exit::USAGE,
            Self::NotSignedIn(_) => exit::NOT_SIGNED_IN,
            Self::NotAllowed(_) => exit::NOT_ALLOWED,
            Self::NotFound(_) => exit::NOT_FOUND,
            Self::Problem(problem) => problem.exit_code(),
            Self::Unavailable(_) => exit::UNAVAILABLE,
            // `head` has seen enough: that is no failure.
            Self::OutputClosed => exit::DONE,
        }
    }

    /// The same for a script.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Problem(problem) => json!({ "error": problem }),
            other => json!({ "error": { "detail": other.to_string() } }),
        }
    }
}

impl From<std::io::Error> for Failure {
    /// Of writing to standard output; files say what was done with them.
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::local("the output can't be written", error),
        }
    }
}
