use std::future::Future;

/// How many keys one call may read.
pub const MAX_KEYS: usize = 100;

/// The shortest life of a value, in seconds.
pub const MIN_TTL_SECONDS: u64 = 60;

/// A namespace of a key-value store, as thin as Workers KV is: no transactions, the last write wins, and other locations
/// see it up to a minute later. It takes about one write a second for a key, and 1,000 calls for a request.
pub trait Kv: Send + Sync + 'static {
    /// The values of these keys, in their order, in one call; at most [`MAX_KEYS`].
    fn get(&self, keys: &[String]) -> impl Future<Output = Result<Vec<Option<String>>, KvError>> + Send;

    /// Sets a value that lives so many seconds, at least [`MIN_TTL_SECONDS`], or for ever.
    fn put(
        &self,
        key: &str,
        value: &str,
        ttl_seconds: Option<u64>,
    ) -> impl Future<Output = Result<(), KvError>> + Send;

    /// Removes a value, if there is one.
    fn delete(&self, key: &str) -> impl Future<Output = Result<(), KvError>> + Send;
}

/// The store did not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key-value store failed: {0}")]
pub struct KvError(pub String);
