//! What went wrong, together with what to do about it.

use std::fmt;

pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// A chore that could not be done. There is no conversion from other errors on purpose: whoever fails says what helps.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    remedy: String,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n  what to do: {}", self.what, self.remedy)
    }
}

/// Says what was being done when an operation failed, and what helps.
pub(crate) trait OrFail<T> {
    fn or_fail(self, what: impl FnOnce() -> String, remedy: &str) -> Result<T>;
}

impl<T, E: fmt::Display> OrFail<T> for std::result::Result<T, E> {
    fn or_fail(self, what: impl FnOnce() -> String, remedy: &str) -> Result<T> {
        self.map_err(|cause| Failure::new(format!("{}: {cause}", what()), remedy))
    }
}
