//! The audit log, to read and to export.

mod export;
mod filter;
pub(in crate::routes) mod read;

use api::{AuditActor, AuditEvent, AuditTarget};
use store::audit::Recorded;

fn to_api(event: Recorded) -> AuditEvent {
    let actor = event.actor_id.map(|id| AuditActor {
        id,
        email: event.actor_email,
        first_name: event.actor_first_name,
        last_name: event.actor_last_name,
    });
    AuditEvent {
        id: event.id,
        at: event.at.into(),
        action: event.action,
        actor,
        target: AuditTarget { kind: event.target_type, id: event.target_id },
        tenant: event.tenant,
        request_id: event.request_id,
        client_address: event.client_address,
        details: event.details,
    }
}
