use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use serde_json::Value;

use crate::client::Reply;
use crate::mailbox::SentMail;

/// How session-state answers user-mgmt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// As it should.
    #[default]
    Works,
    /// With an error.
    Fails,
    /// Not within anybody's patience.
    Hangs,
}

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

    /// Waits until the work that responses left behind is done, and panics where a part of it fails.
    fn settle(&self) -> impl Future<Output = ()> + Send;

    /// Applies a migration, by the name of its file.
    fn migrate(&self, name: &str) -> impl Future<Output = ()> + Send;

    /// Goes the way back from a migration.
    fn roll_back(&self, name: &str) -> impl Future<Output = ()> + Send;

    /// Lets a little real time pass, where work is done beside the test.
    fn pause(&self, duration: Duration) -> impl Future<Output = ()> + Send;

    /// Runs the cron trigger.
    fn run_cron(&self) -> impl Future<Output = ()> + Send;

    /// What the workers have logged, at least since this was last asked.
    fn logs(&self) -> impl Future<Output = Vec<String>> + Send;

    /// Has session-state answer user-mgmt like this from now on.
    fn set_session_state(&self, behaviour: Behaviour) -> impl Future<Output = ()> + Send;

    /// The keys of the namespace of the sessions and what they hold, behind session-state's back.
    fn kv(&self) -> impl Future<Output = BTreeMap<String, String>> + Send;

    /// Sets a key of that namespace, or removes it.
    fn set_kv(&self, key: &str, value: Option<&str>) -> impl Future<Output = ()> + Send;

    /// Starts again with these variables changed; the data stays.
    fn restart_with(&mut self, vars: &[(&str, &str)]) -> impl Future<Output = ()> + Send;

    /// Moves the clock on, where that is possible.
    fn try_advance(&self, duration: Duration) -> bool;
}
