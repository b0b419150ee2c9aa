use std::sync::{Arc, Mutex};

use http_kit::{Analytics, AnalyticsError};

/// Keeps events. It can be made to refuse them.
#[derive(Clone, Debug, Default)]
pub struct MemoryAnalytics {
    events: Arc<Mutex<Vec<Vec<String>>>>,
    down: Arc<Mutex<bool>>,
}

impl MemoryAnalytics {
    /// Has every event refused from now on, or none.
    pub fn set_down(&self, down: bool) {
        *self.down.lock().unwrap() = down;
    }

    /// The texts of every event, in order.
    pub fn events(&self) -> Vec<Vec<String>> {
        self.events.lock().unwrap().clone()
    }
}

impl Analytics for MemoryAnalytics {
    fn write(&self, _: &str, texts: &[&str]) -> Result<(), AnalyticsError> {
        if *self.down.lock().unwrap() {
            return Err(AnalyticsError("made to refuse".to_owned()));
        }
        self.events.lock().unwrap().push(texts.iter().map(|text| (*text).to_owned()).collect());
        Ok(())
    }
}
