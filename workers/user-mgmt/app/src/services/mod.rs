//! What routes do, apart from HTTP.

pub mod access;
pub mod alerts;
pub mod audit;
pub(crate) mod authority;
pub mod change;
pub mod cron;
pub mod hash_queue;
pub mod mail;
pub mod oidc;
pub(crate) mod one_time_tokens;
pub mod outbox;
pub(crate) mod passwords;
pub(crate) mod problems;
pub(crate) mod recent_sign_in;
pub mod refreshes;
pub(crate) mod rollout;
pub mod session_cache;
pub(crate) mod sessions;
pub(crate) mod super_admin;
mod sweep;
pub mod telemetry;
pub mod throttle;
