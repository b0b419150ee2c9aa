use std::future::Future;
use std::time::Duration;

use serde_json::Value;

use crate::client::Reply;
use crate::mailbox::SentMail;

/// A running deployment, as a test sees it: in one process, or on workerd.
pub trait World: Send + Sync {
    /// Sends a request to the one origin that a browser sees.
    fn send(&self, request: http::Request<Vec<u8>>) -> impl Future<Output = Reply> + Send;

    /// Sends a request to session-state, which has no public address.
    fn send_to_session_state(&self, request: http::Request<Vec<u8>>) -> impl Future<Output = Reply> + Send;

    /// Asks the database directly.
    fn sql(&self, sql: &str) -> impl Future<Output = Vec<Value>> + Send;

    /// The mails that were sent to an address, the oldest first.
    fn mails(&self, to: &str) -> impl Future<Output = Vec<SentMail>> + Send;

    /// Waits until the work that responses left behind is done.
    fn settle(&self) -> impl Future<Output = ()> + Send;

    /// Runs the cron trigger.
    fn run_cron(&self) -> impl Future<Output = ()> + Send;

    /// Starts again with these variables changed; the data stays.
    fn restart_with(&mut self, vars: &[(&str, &str)]) -> impl Future<Output = ()> + Send;

    /// Moves the clock on, where that is possible.
    fn try_advance(&self, duration: Duration) -> bool;
}
