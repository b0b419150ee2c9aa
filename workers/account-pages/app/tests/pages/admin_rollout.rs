use serde_json::{Value, json};

use crate::admin_users::ID;
use crate::site::{Site, ok, refused};

fn findings(count: u64) -> Value {
    if count == 0 {
        let none = json!({ "total": 0, "items": [] });
        return json!({ "count": 0, "routes": none, "permissions": none, "users": none });
    }
    json!({
        "count": count,
        "routes": { "total": 1, "items": [{ "route": "PUT /users/{id}", "permission": "users:update", "count": count }] },
        "permissions": { "total": 1, "items": [{ "permission": "users:update", "count": count }] },
        "users": { "total": 2, "items": [
            { "userId": ID, "username": "bob@example.com", "permissions": ["users:update"], "count": count },
            { "userId": ID, "permissions": [], "count": 1 },
        ] },
    })
}

fn rollout(ready: bool) -> Value {
    let none = json!({ "total": 0, "items": [] });
    json!({
        "generatedAt": "2026-01-31T09:30:00.000Z", "from": "2026-01-30T00:00:00.000Z", "days": 2,
        "flags": { "rbacEnabled": true, "userMgmtCore": true, "enforce": "report", "enforceFor": ["tenant:<acme>"] },
        "configurationDefects": [],
        "matrix": {
            "permissionsWithoutRole": none, "roles_without_users": none, "rolesWithoutUsers":
                { "total": 1, "items": [{ "id": ID, "name": "IDLE" }] },
            "unreadableGrants": none,
            "routesNotExercised": [{ "route": "DELETE /users/{id}", "permission": "users:delete", "lastExercised": null }],
        },
        "wouldDeny": findings(if ready { 0 } else { 7 }), "wouldAllow": findings(0), "denied": findings(0),
        "evaluationErrors": findings(0),
        "byDay": [
            { "day": "2026-01-30T00:00:00.000Z", "denied": 0, "wouldDeny": if ready { 0 } else { 7 }, "wouldAllow": 0, "evaluationErrors": 0 },
            { "day": "2026-01-31T00:00:00.000Z", "denied": 0, "wouldDeny": 0, "wouldAllow": 0, "evaluationErrors": 0 },
        ],
        "readiness": { "ready": ready, "reasons": [
            { "code": "would_deny", "blocking": !ready, "detail": "7 requests would be denied" },
        ] },
    })
}

#[tokio::test]
async fn rollout_shows_flags_cohorts_denials_and_readiness_in_two_calls() {
    let site = Site::of_admin(&["admin:all"], |_| ok(&rollout(false)));
    let page = site.get_signed_in("/admin/rollout").await.expect(200);
    page.shows(&[
        "Not ready for enforcement",
        "7 requests would be denied",
        "tenant:&#60;acme&#62;",
        r#"<rect class="would-deny" x="0" y="30" width="8" height="70"></rect>"#,
        "2026-01-30",
        "PUT /users/{id}",
        &format!(r#"<a href="/admin/users/{ID}">bob@example.com</a>"#),
        "An account that is gone",
        &format!(r#"<a href="/admin/roles/{ID}">IDLE</a>"#),
        "DELETE /users/{id}",
        r#"<option value="7" selected>"#,
    ]);
    assert_eq!(site.lines(), ["GET /load-user", "GET /v1/admin/rollout?days=7"]);
}

#[tokio::test]
async fn rollout_that_is_ready_says_so_and_leads_only_to_what_the_reader_may_see() {
    let site = Site::of_admin(&["rollout:read"], |_| ok(&rollout(true)));
    let page = site.get_signed_in("/admin/rollout?days=30").await.expect(200);
    page.shows(&[
        "Ready for enforcement",
        "Nothing was denied",
        "to know",
        r#"<option value="30" selected>"#,
    ]);
    page.hides(&["<svg", "/admin/users", "/admin/roles", "/admin/audit"]);
    assert_eq!(site.lines()[1], "GET /v1/admin/rollout?days=30");
}

#[tokio::test]
async fn rollout_of_no_such_window_is_explained() {
    let site = Site::of_admin(&["rollout:read"], |_| {
        refused(400, "invalid_request", "`days`: must be a whole number from 1 to 90", Some("days"))
    });
    let page = site.get_signed_in("/admin/rollout?days=x%26y").await.expect(400);
    page.shows(&["Must be a whole number from 1 to 90.", "x&#38;y"]);
    assert_eq!(site.lines()[1], "GET /v1/admin/rollout?days=x%26y");
}
