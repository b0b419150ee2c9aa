//! What the audit log says about itself: how far retention has removed it, and the flags it told of last.

use accounts::{AuditEventId, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::Statement;
use crate::audit::Action;
use crate::statement::statement;

/// A removal of the oldest events.
#[derive(Clone, Copy, Debug)]
pub struct Removal<'a> {
    /// The id of the event that tells of it.
    pub id: AuditEventId,
    /// When.
    pub at: Timestamp,
    /// Events of this time and later stay.
    pub before: Timestamp,
    /// How many are removed at most.
    pub most: u32,
    /// What names it in the log.
    pub request_id: &'a str,
    /// How long events are kept.
    pub retention_days: u32,
}

/// What [`remove`] gives in its first statement, where there was something to remove.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Removed {
    /// How many events.
    pub removed: u32,
}

/// Tells of the removal, moves the cut-off to where the event says, and removes what lies behind it. The first statement
/// gives [`Removed`]; where nothing is old enough, nothing is told.
pub fn remove(removal: &Removal<'_>) -> [Statement; 3] {
    let action = Action::AuditRemoved;
    [
        statement!(
            "audit_log/insert_removal",
            &removal.id,
            removal.at,
            action.as_str(),
            action.target().as_str(),
            &AuditEventId::first_at(removal.before),
            i64::from(removal.most),
            removal.request_id,
            i64::from(removal.retention_days),
        ),
        statement!("audit_meta/move_cut_off", &removal.id),
        statement!("audit_log/delete_removed"),
    ]
}

/// Tells of the flags of the deployment, unless they are those that were told of last: however many tell at once, one does.
pub fn tell_flags(id: AuditEventId, at: Timestamp, request_id: &str, flags: &Value) -> [Statement; 2] {
    let (action, flags) = (Action::FlagsChanged, flags.to_string());
    [
        statement!(
            "audit_log/insert_flags",
            &id,
            at,
            action.as_str(),
            action.target().as_str(),
            request_id,
            flags.as_str(),
        ),
        statement!("audit_meta/set_flags", flags),
    ]
}
