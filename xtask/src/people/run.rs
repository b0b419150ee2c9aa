//! One run of a command: in whose name, as which request, at what times.

use std::sync::Mutex;

use accounts::{AuditEventId, Clock, OutboxId, Random, Timestamp};
use store::StoreError;
use store::people::Told;

use crate::failure::Failure;

/// How many accounts a batch changes: D1 has 30 seconds and 100 KB for a statement, and a thousand stay far below both.
pub(super) const BATCH: u32 = 1_000;

/// Time and randomness, as a command needs them.
pub(super) trait Ambient: Clock + Random {}
impl<T: Clock + Random> Ambient for T {}

/// A command that is being run.
pub(super) struct Run<'a> {
    pub(super) operator: &'a str,
    /// Only look.
    pub(super) dry: bool,
    /// Stands in every audit event of this run.
    pub(super) request_id: String,
    pub(super) ambient: &'a dyn Ambient,
    last: Mutex<Timestamp>,
}

impl<'a> Run<'a> {
    pub(super) fn new(operator: &'a str, dry: bool, ambient: &'a dyn Ambient) -> Self {
        let request_id = format!("people-{}", AuditEventId::generate(ambient, ambient));
        Self { operator, dry, request_id, ambient, last: Mutex::new(Timestamp::from_millis(0)) }
    }

    /// For one batch. No two have the same time, so that their events can be told apart.
    pub(super) fn told(&self) -> Told<'_> {
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *last = self.ambient.now().max(Timestamp::from_millis(last.as_millis().saturating_add(1)));
        Told { request_id: &self.request_id, operator: self.operator, at: *last }
    }

    /// The id of a piece of work.
    pub(super) fn work(&self) -> OutboxId {
        OutboxId::generate(self.ambient, self.ambient)
    }
}

/// What to do about a database that refused something.
#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
pub(super) fn refused(error: StoreError) -> Failure {
    let text = error.to_string();
    let remedy = if text.contains("no such table") {
        "apply the migrations first: npx wrangler d1 migrations apply DB --config wrangler/user-mgmt.jsonc, with --local \
         (and --persist-to) or --remote"
    } else {
        "correct what is said above and run the command again: it goes on where it stopped"
    };
    Failure::new(text, remedy)
}
