//! What the exit code says. Documented in docs/CLI.md, and stable.

/// It was done.
pub(crate) const DONE: u8 = 0;
/// Something on this machine went wrong: a file can't be read or written.
pub(crate) const FAILED: u8 = 1;
/// The command line makes no sense, or what it names can't be used.
pub(crate) const USAGE: u8 = 2;
/// Nobody is signed in, or the token is no good any more.
pub(crate) const NOT_SIGNED_IN: u8 = 3;
/// The caller may not do this.
pub(crate) const NOT_ALLOWED: u8 = 4;
/// What was named is not there.
pub(crate) const NOT_FOUND: u8 = 5;
/// The deployment refuses: it does not fit what is there.
pub(crate) const REFUSED: u8 = 6;
/// The deployment does not answer, or can't at the moment. Trying again may help.
pub(crate) const UNAVAILABLE: u8 = 7;
