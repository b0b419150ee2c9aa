//! What must hold for any input whatever: each target is a function of bytes that panics where it does not.
//!
//! In scope: everything that reads what others send or what was stored, and its properties: what is read is printed as it
//! was, what is not read is refused with a reason, and whatever is read means what another reader says that it means. Not in
//! scope: how inputs are found. `cargo xtask assure fuzz` has libFuzzer look for them by coverage; `cargo test` replays
//! those that are kept in `fuzz/seeds`.
#![expect(clippy::missing_panics_doc, reason = "to panic is how a target says that something does not hold")]

mod addresses;
mod bodies;
mod cursors;
mod headers;
mod openid;
mod passwords;
mod permissions;
mod platform;
mod texts;

pub use addresses::addresses;
pub use bodies::bodies;
pub use cursors::cursors;
pub use headers::headers;
pub use openid::openid;
pub use passwords::passwords;
pub use permissions::permissions;
pub use texts::texts;

/// A target: its name, which is that of its seeds, and the function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 8] = [
    ("addresses", addresses),
    ("bodies", bodies),
    ("cursors", cursors),
    ("headers", headers),
    ("openid", openid),
    ("passwords", passwords),
    ("permissions", permissions),
    ("texts", texts),
];

/// Reads a text; where it is taken, its print has to be taken as well, and as the same.
fn print_is_read_again<T: std::fmt::Display + PartialEq, E>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Option<T> {
    let value = parse(text).ok()?;
    let printed = value.to_string();
    assert!(parse(&printed).is_ok_and(|again| again == value), "{text:?} is printed as {printed:?}");
    Some(value)
}

/// The same for what has one spelling: what is taken is printed as it was.
fn print_is_what_was_read<T: std::fmt::Display + PartialEq, E>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Option<T> {
    let value = print_is_read_again(text, parse)?;
    assert_eq!(value.to_string(), text, "it was taken, and has another spelling");
    Some(value)
}
