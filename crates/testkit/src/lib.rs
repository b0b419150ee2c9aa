//! Fixtures for tests: the three workers in one process, a clock that tests move, seeded randomness.
//!
//! Not in scope: cases. Those are in `tests/e2e`, and run here as well as on workerd.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::return_self_not_must_use,
    reason = "a fixture that fails fails its test"
)]

mod analytics;
mod client;
mod faults;
mod identity_provider;
mod internet;
mod mailbox;
mod memory_kv;
mod native;
mod rate_limit;
mod runtime;
mod signer;
mod world;

pub use analytics::MemoryAnalytics;
pub use client::{Client, Reply};
pub use faults::{Fault, Faults, Faulty};
pub use identity_provider::{ISSUER, IdentityProvider};
pub use internet::{MemoryInternet, SentRequest};
pub use mailbox::{Mailbox, SentMail};
pub use memory_kv::{KvCounts, MemoryKv};
pub use native::{InProcess, Native, NativePlatform, Vars, root};
pub use rate_limit::MemoryRateLimit;
pub use runtime::{DeferredTasks, LogLine, TestRuntime};
pub use signer::Signer;
pub use world::{Behaviour, World};
