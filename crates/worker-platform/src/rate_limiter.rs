use std::future::Future;

use http_kit::{RateLimit, RateLimitError};
use worker::send::SendFuture;

/// The platform's rate-limiting binding. It counts in each of its locations on its own, and loosely.
#[derive(Debug)]
pub struct RateLimiter(worker::RateLimiter);

impl RateLimiter {
    /// Wraps the binding.
    pub fn new(binding: worker::RateLimiter) -> Self {
        Self(binding)
    }
}

impl RateLimit for RateLimiter {
    fn admit(&self, key: &str) -> impl Future<Output = Result<bool, RateLimitError>> + Send {
        let key = key.to_owned();
        SendFuture::new(async move {
            match self.0.limit(key).await {
                Ok(outcome) => Ok(outcome.success),
                Err(error) => Err(RateLimitError(error.to_string())),
            }
        })
    }
}
