//! Sessions with their cached permissions in a key-value store, without a platform.
//!
//! In scope: which records may be believed and which may still be written, when permissions are stale, and a cache for
//! whatever other workers keep in it. Not in scope: who may do what, and the truth, which user-mgmt keeps; whatever is
//! here can be lost and made again.
//!
//! Every session has two keys: its record, and a marker that says which records of it are over. The store knows no
//! transactions, its locations see a write up to a minute late, and the last write wins. A marker in the place of the
//! record would be lost to any refresh that set out before it; beside the record it is not, whichever comes last.

mod app;
mod cache_key;
mod config;
mod freshness;
mod keys;
mod kv;
mod marker;
mod routes;
mod stored;

pub use app::App;
pub use config::Config;
pub use kv::{Kv, KvError, MAX_KEYS, MIN_TTL_SECONDS};
pub use routes::routes;
