//! The audit log: rows are only ever added, each in the batch of the change that it tells of.

use accounts::{AuditEventId, Email, OutboxId, TenantId, Timestamp, UserId};

use crate::Statement;
use crate::statement::statement;

mod action;

pub use action::{Action, Target};

/// One event.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    /// Its id.
    pub id: AuditEventId,
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub action: Action,
    /// Who did it; nobody where it was the system, or where nobody was signed in.
    pub actor: Option<UserId>,
    /// To which one of [`Action::target`].
    pub target_id: String,
    /// The tenant of the actor, or of the target where there is no actor.
    pub tenant: Option<TenantId>,
    /// The request in which it was done.
    pub request_id: String,
    /// What changed, without secrets.
    pub details: serde_json::Value,
}

/// Adds an event.
pub fn insert(event: &AuditEvent) -> Statement {
    statement!(
        "audit_log/insert",
        &event.id,
        event.at,
        event.action.as_str(),
        event.actor.as_ref(),
        event.action.target().as_str(),
        event.target_id.as_str(),
        event.tenant.as_ref(),
        event.request_id.as_str(),
        event.details.to_string(),
    )
}

/// A request for a mail, as [`crate::mail_requests::request`] writes it down in the same batch.
#[derive(Clone, Debug)]
pub struct MailRequested<'a> {
    /// The id of the event.
    pub id: AuditEventId,
    /// When.
    pub at: Timestamp,
    /// The address that was given, by whomever.
    pub email: &'a Email,
    /// Which mail.
    pub template: &'a str,
    /// The request in which it was done.
    pub request_id: &'a str,
    /// The work that came of it, if any did.
    pub outbox_id: OutboxId,
}

/// Adds an event about a request for a mail, if there is an account and the request was not one too many.
pub fn insert_mail_request(event: &MailRequested<'_>) -> Statement {
    statement!(
        "audit_log/insert_mail_request",
        event.email,
        event.template,
        &event.id,
        event.at,
        event.request_id,
        &event.outbox_id,
        Action::MailRequested.as_str(),
        Action::MailRequested.target().as_str(),
    )
}
