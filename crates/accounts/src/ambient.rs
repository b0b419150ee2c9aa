use crate::Timestamp;

/// Where the time comes from.
pub trait Clock {
    /// The present time.
    fn now(&self) -> Timestamp;
}

/// Where unpredictable bytes come from: a cryptographically secure source, except in tests.
pub trait Random {
    /// Fills `buffer` with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}
