use http_kit::{Analytics, AnalyticsError};
use worker::{AnalyticsEngineDataPointBuilder, AnalyticsEngineDataset};

/// Workers Analytics Engine.
#[derive(Debug)]
pub struct AnalyticsEngine(AnalyticsEngineDataset);

impl AnalyticsEngine {
    /// Wraps the binding.
    pub fn new(binding: AnalyticsEngineDataset) -> Self {
        Self(binding)
    }
}

impl Analytics for AnalyticsEngine {
    /// The texts become `blob1`, `blob2`, …; `double1` is 1.
    fn write(&self, index: &str, texts: &[&str]) -> Result<(), AnalyticsError> {
        let point = AnalyticsEngineDataPointBuilder::new()
            .indexes([index])
            .blobs(texts.iter().copied())
            .add_double(1.0)
            .build();
        self.0.write_data_point(&point).map_err(|error| AnalyticsError(error.to_string()))
    }
}
