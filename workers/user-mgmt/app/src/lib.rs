//! User management and access control: the only writer of the database, and the keeper of every rule.
//!
//! In scope: the routes, who may use them, what they change, and what follows from a change. Not in scope: the
//! platform, which comes in through [`Platform`] and is D1 and service bindings in the worker and SQLite and function
//! calls in native tests.
//!
//! A request goes through [`gate`](crate::routes) to one file below `routes/`; what it changes goes through
//! [`Change`](services::change::Change), which puts the change, its audit event and its follow-up work into one batch.

mod app;
mod caller;
mod config;
mod gate;
pub mod routes;
pub mod services;

pub use app::{App, NAME, Platform};
pub use caller::{Authority, Caller, Credential, SignedIn};
pub use config::Config;
