/// Where single events go that are counted and looked at elsewhere, such as Workers Analytics Engine.
pub trait Analytics: Send + Sync + 'static {
    /// Hands over an event: texts in a fixed order, and the one that it may be sampled by. It does not wait.
    fn write(&self, index: &str, texts: &[&str]) -> Result<(), AnalyticsError>;
}

/// The event was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event was not taken: {0}")]
pub struct AnalyticsError(pub String);
