use std::time::Duration;

use accounts::{Clock, Random, Timestamp};
use http_kit::{BoxFuture, Level, Runtime};
use serde_json::Value;
use worker::send::SendFuture;
use worker::{Date, Delay, console_error, console_log, console_warn};

/// Time, randomness and the log of a worker.
#[derive(Clone, Copy, Debug, Default)]
pub struct WorkerRuntime;

impl Clock for WorkerRuntime {
    /// The platform holds the clock still while code runs: it moves on when a worker waits for something.
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(i64::try_from(Date::now().as_millis()).unwrap_or(i64::MAX))
    }
}

impl Random for WorkerRuntime {
    #[expect(clippy::disallowed_methods, reason = "this is the platform's randomness")]
    #[expect(clippy::panic, reason = "a token that can be guessed is worse than no answer")]
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = getrandom::fill(buffer) {
            panic!("the platform gives no randomness: {error}");
        }
    }
}

impl Runtime for WorkerRuntime {
    fn log(&self, level: Level, mut line: Value) {
        let name = match level {
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        if let Value::Object(members) = &mut line {
            members.insert("level".to_owned(), name.into());
        }
        match level {
            Level::Info => console_log!("{line}"),
            Level::Warn => console_warn!("{line}"),
            Level::Error => console_error!("{line}"),
        }
    }
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(SendFuture::new(Delay::from(duration)))
    }
}
