use std::future::Future;

/// Counts uses of something by key, and says when there were too many.
pub trait RateLimit: Send + Sync + 'static {
    /// Counts one more use; whether it is within the limit.
    fn admit(&self, key: &str) -> impl Future<Output = Result<bool, RateLimitError>> + Send;
}

/// The limiter did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rate limiter failed: {0}")]
pub struct RateLimitError(pub String);
