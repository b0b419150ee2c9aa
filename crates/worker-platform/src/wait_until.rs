use http_kit::{BoxFuture, Defer};
use worker::Context;

/// Keeps the worker alive for work after the response.
#[derive(Debug)]
pub struct WaitUntil(Context);

impl WaitUntil {
    /// Wraps the context of an event.
    pub fn new(context: Context) -> Self {
        Self(context)
    }
}

impl Defer for WaitUntil {
    fn defer(&self, task: BoxFuture<'static, ()>) {
        self.0.wait_until(task);
    }
}
