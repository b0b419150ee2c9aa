use std::time::Duration;

use accounts::{Clock, Random, Timestamp};
use http_kit::{BoxFuture, Defer, Level, Runtime};
use serde_json::Value;

/// A platform on which nothing changes, so that every input leads to the same each time.
pub(crate) struct Still;

/// The time on it: 2026-01-31T09:30:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

impl Random for Still {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

impl Runtime for Still {
    fn log(&self, _: Level, line: Value) {
        let text = line.to_string();
        assert!(!text.contains('\n') && line.is_object(), "one line is one object: {text}");
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

impl Defer for Still {
    fn defer(&self, _: BoxFuture<'static, ()>) {}
}
