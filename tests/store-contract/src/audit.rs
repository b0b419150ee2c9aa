//! The audit log.

use accounts::{AuditEventId, TenantId};
use serde_json::json;
use store::audit::{self, Action, AuditEvent};
use store::{Db, guard};

use crate::check::{Check, guarded, same, taken};
use crate::fixture::{NOW, count, number, sql, user_id};

fn event() -> AuditEvent {
    AuditEvent {
        id: AuditEventId::from_u128(u128::from(number())),
        at: NOW,
        action: Action::RolePermissionGranted,
        actor: Some(user_id()),
        target_id: "it's \"quoted\" — €".to_owned(),
        tenant: Some(TenantId::DEFAULT),
        request_id: "request-1".to_owned(),
        details: json!({ "after": { "grants": ["docs:*"] }, "before": null }),
    }
}

pub(crate) async fn event_is_stored_as_it_happened(db: &impl Db) -> Check {
    let whole = event();
    let of_the_system = AuditEvent { actor: None, tenant: None, details: json!({}), ..event() };
    for event in [whole, of_the_system] {
        audit::insert(&event).run(db).await?;
        let rows = db.fetch(sql("SELECT * FROM audit_log WHERE id = ?1", [(&event.id).into()])).await?;
        same(
            rows,
            [json!({
                "id": event.id,
                "at": NOW.as_millis(),
                "action": "role.permission_granted",
                "actor_id": event.actor,
                "target_type": "role",
                "target_id": event.target_id,
                "tenant_id": event.tenant,
                "request_id": event.request_id,
                "details": event.details.to_string(),
            })],
        )?;
    }
    Ok(())
}

pub(crate) async fn event_happens_once(db: &impl Db) -> Check {
    let event = event();
    audit::insert(&event).run(db).await?;
    taken(audit::insert(&event).run(db).await, "audit_log", "id")
}

/// A change and its event land together or not at all.
pub(crate) async fn event_of_a_change_that_fails_is_not_stored(db: &impl Db) -> Check {
    let event = event();
    let batch = vec![audit::insert(&event), guard::user_exists(user_id())];
    guarded(db.batch(batch).await, guard::TARGET_EXISTS)?;
    let stored = sql("SELECT count(*) AS n FROM audit_log WHERE id = ?1", [(&event.id).into()]);
    same(count(db, stored).await?, 0)
}

pub(crate) async fn event_is_neither_changed_nor_removed(db: &impl Db) -> Check {
    let event = event();
    audit::insert(&event).run(db).await?;
    for change in
        ["UPDATE audit_log SET action = 'nothing' WHERE id = ?1", "DELETE FROM audit_log WHERE id = ?1"]
    {
        guarded(db.fetch(sql(change, [(&event.id).into()])).await, "audit_append_only")?;
    }
    let stored = sql(
        "SELECT count(*) AS n FROM audit_log WHERE id = ?1 AND action <> 'nothing'",
        [(&event.id).into()],
    );
    same(count(db, stored).await?, 1)
}
