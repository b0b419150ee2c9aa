#![doc = include_str!("../README.md")]

#[cfg(feature = "axum")]
mod axum_support;
mod caller;
mod decision;
mod flags;
#[cfg(feature = "axum")]
mod front;
mod guard;
mod incoming;
mod principal;
mod recorder;
mod refusal;
mod requirement;
mod rule;
mod upstream;

#[cfg(feature = "axum")]
pub use axum_support::{Deferred, Layer, Protected, Strict};
pub use caller::Caller;
pub use decision::{Requester, Verdict, decide, decide_beside};
pub use enforce::{Cohorts, Enforcement, Finding, Mode};
pub use flags::Flags;
#[cfg(feature = "axum")]
pub use front::Front;
pub use guard::{Guard, Setup};
pub use incoming::Incoming;
pub use principal::Principal;
pub use rbac::{Permission, has_permission};
pub use refusal::Refusal;
pub use requirement::Requirement;
pub use rule::{Rule, require, require_all, require_any};
