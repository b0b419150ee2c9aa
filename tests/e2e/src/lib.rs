//! End-to-end cases that run natively and on workerd.
//!
//! A case is a function over a [`World`](testkit::World): it sees what a browser sees, and the database. `each_case!`
//! names them all; `tests/cases_native.rs` runs them in one process in milliseconds, `tests/cases_workerd.rs` on the
//! real thing.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    reason = "a case that fails fails its test"
)]

pub mod api_reference;
pub mod assurance;
pub mod bookmarks;
pub mod cases;
#[cfg(feature = "workerd")]
pub mod identity_provider;
pub mod injection;
#[cfg(feature = "workerd")]
pub mod live;
#[cfg(feature = "workerd")]
pub mod mail_provider;
#[cfg(feature = "workerd")]
pub mod workerd;
