use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use accounts::{Clock, Random};
use serde_json::{Value, json};

/// A future on the heap that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a worker needs of the platform, whatever else it needs: time, randomness, and a place for its log.
pub trait Runtime: Clock + Random + Send + Sync + 'static {
    /// Writes one line: a JSON object.
    fn log(&self, level: Level, line: Value);

    /// Waits. Work after a response may, for some seconds; a response must not.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Info,
    /// Somebody should know.
    Warn,
    /// Somebody should act.
    Error,
}

/// A line of the log: what happened, in which worker, and the members of `fields`. What is about a request is logged by
/// its context instead.
pub fn log_line(worker: &str, message: impl Display, mut fields: Value) -> Value {
    fields["message"] = json!(message.to_string());
    fields["worker"] = json!(worker);
    fields
}

/// Takes work that is done after the response has gone out.
pub trait Defer: Send + Sync + 'static {
    /// Does `task` to its end; the platform keeps the worker alive for it.
    fn defer(&self, task: BoxFuture<'static, ()>);
}
