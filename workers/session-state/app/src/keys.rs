//! Every name in the store. No two kinds share a prefix, and the cache has a namespace to itself.

use accounts::TokenHash;

use crate::cache_key::CacheKey;

/// The epoch of the role data, among the sessions so that one call reads it with a record.
pub(crate) const EPOCH: &str = "meta/epoch";

pub(crate) fn session(id: TokenHash) -> String {
    format!("session/{id}")
}

pub(crate) fn marker(id: TokenHash) -> String {
    format!("marker/{id}")
}

pub(crate) fn cache(key: &CacheKey) -> String {
    format!("cache/{key}")
}
