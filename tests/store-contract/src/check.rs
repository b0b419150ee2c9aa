//! How a case says that something is not as it should be. It gives an error rather than panicking: inside a worker, a
//! panic would end the other cases too.

use std::fmt::{self, Debug};
use std::panic::Location;

use store::StoreError;

/// What was not as expected, and where.
#[derive(Debug)]
pub(crate) struct Failure {
    at: &'static Location<'static>,
    what: String,
}

/// The result of a case, and of each step of it.
pub(crate) type Check<T = ()> = Result<T, Failure>;

impl Failure {
    #[track_caller]
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { at: Location::caller(), what: what.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.at.file(), self.at.line(), self.what)
    }
}

impl From<StoreError> for Failure {
    #[track_caller]
    fn from(error: StoreError) -> Self {
        Self::new(error.to_string())
    }
}

/// Both are the same.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "what is compared is mostly made for it")]
pub(crate) fn same<A: Debug + PartialEq<B>, B: Debug>(actual: A, expected: B) -> Check {
    if actual == expected { Ok(()) } else { Err(Failure::new(format!("{actual:?} instead of {expected:?}"))) }
}

/// There is something.
#[track_caller]
pub(crate) fn some<T>(found: Option<T>) -> Check<T> {
    found.ok_or_else(|| Failure::new("nothing was found"))
}

/// There is nothing.
#[track_caller]
pub(crate) fn none<T: Debug>(found: Option<T>) -> Check {
    same(found.map(|found| format!("{found:?}")), None::<String>)
}

/// It failed, and in this way.
#[track_caller]
pub(crate) fn fails<T: Debug>(result: Result<T, StoreError>, expected: StoreError) -> Check {
    match result {
        Err(error) => same(error, expected),
        Ok(value) => Err(Failure::new(format!("{value:?} instead of {expected:?}"))),
    }
}

/// The database itself refused it.
#[track_caller]
pub(crate) fn refused<T: Debug>(result: Result<T, StoreError>) -> Check {
    match result {
        Err(StoreError::Driver(_)) => Ok(()),
        other => Err(Failure::new(format!("{other:?} instead of an error of the driver"))),
    }
}

/// A guard refused it.
#[track_caller]
pub(crate) fn guarded<T: Debug>(result: Result<T, StoreError>, guard: &str) -> Check {
    fails(result, StoreError::Guard(guard.to_owned()))
}

/// A row has this value already.
#[track_caller]
pub(crate) fn taken<T: Debug>(result: Result<T, StoreError>, table: &str, column: &str) -> Check {
    fails(result, StoreError::Conflict { table: table.to_owned(), column: column.to_owned() })
}
