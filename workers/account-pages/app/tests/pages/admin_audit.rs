use serde_json::{Value, json};

use crate::admin_users::ID;
use crate::site::{Site, ok, refused};

const ROLE: &str = "00000000-0000-7000-8000-000000000012";

fn event(action: &str, actor: &Value, target: &Value) -> Value {
    json!({
        "id": "0198c0de-0000-7000-8000-0000000000aa", "at": "2026-01-31T09:30:00.000Z", "action": action,
        "actor": actor, "target": target, "tenant": "default", "requestId": "request & 1", "clientAddress": null,
        "details": { "before": { "name": "<b>Old</b>" }, "after": { "permissions": ["posts:read", "posts:write"] } },
    })
}

fn events() -> Value {
    let ada = json!({ "id": ID, "email": "ada@example.com", "firstName": "Ada", "lastName": null });
    json!({
        "items": [
            event("role.permissions_set", &ada, &json!({ "type": "role", "id": ROLE })),
            event("user.sign_in_failed", &Value::Null, &json!({ "type": "user", "id": "" })),
        ],
        "nextCursor": "6162",
    })
}

#[tokio::test]
async fn audit_log_is_shown_and_narrowed_in_two_calls() {
    let site = Site::of_admin(&["audit:read", "users:read", "roles:read"], |_| ok(&events()));
    let query = "action=role.&from=2026-01-01&to=2026-01-31&tenant=&actor=&requestId=a%26b";
    let page = site.get_signed_in(&format!("/admin/audit?{query}")).await.expect(200);
    page.shows(&[
        "Role: permissions set",
        "nobody signed in",
        "&#60;b&#62;Old&#60;/b&#62;",
        "posts:read, posts:write",
        &format!(r#"href="/admin/users/{ID}""#),
        &format!(r#"href="/admin/roles/{ROLE}""#),
        r#"<option value="role." selected>"#,
        r#"value="2026-01-31""#,
        r#"href="/admin/audit?requestId=request+%26+1""#,
        "action=role.&#38;from=2026-01-01&#38;to=2026-01-31&#38;requestId=a%26b&#38;cursor=6162",
    ]);
    let asked =
        "action=role.&from=2026-01-01T00%3A00%3A00.000Z&to=2026-02-01T00%3A00%3A00.000Z&requestId=a%26b";
    assert_eq!(site.lines(), ["GET /load-user", &format!("GET /v1/admin/audit?limit=30&{asked}")]);
    let exported = asked.replace('&', "&#38;");
    page.shows(&[
        &format!(r#"href="/api/v1/admin/audit?format=csv&#38;{exported}" download"#),
        &format!(r#"href="/api/v1/admin/audit?format=ndjson&#38;{exported}" download"#),
    ]);
}

#[tokio::test]
async fn audit_log_leads_only_to_what_the_reader_may_see() {
    let site = Site::of_admin(&["audit:read"], |_| ok(&events()));
    let page = site.get_signed_in("/admin/audit?cursor=6162").await.expect(200);
    page.hides(&["/admin/users", "/admin/roles", "/admin/rollout"]);
    page.shows(&["First page", ROLE]);
    assert!(site.lines()[1].ends_with("?limit=30&cursor=6162"), "{:?}", site.lines());
}

#[tokio::test]
async fn audit_log_without_events_says_so() {
    let site = Site::of_admin(&["audit:read"], |_| ok(&json!({ "items": [] })));
    site.get_signed_in("/admin/audit").await.expect(200).shows(&["Nothing is in the log yet."]);
    site.get_signed_in("/admin/audit?action=role.created")
        .await
        .expect(200)
        .shows(&["Nothing fits.", r#"<option value="role.created" selected>Role: created</option>"#]);
}

#[tokio::test]
async fn audit_log_without_events_so_far_leads_on() {
    let site = Site::of_admin(&["audit:read"], |_| ok(&json!({ "items": [], "nextCursor": "6162" })));
    site.get_signed_in("/admin/audit?action=role.created&tenant=acme").await.expect(200).shows(&[
        "Nothing fits so far.",
        "cursor=6162",
        "Older events",
    ]);
}

#[tokio::test]
async fn audit_filter_that_can_not_be_used_is_explained() {
    let site = Site::of_admin(&["audit:read"], |_| {
        refused(400, "invalid_request", "`from`: must be a time as in RFC 3339", Some("from"))
    });
    let page = site.get_signed_in("/admin/audit?from=yesterday").await.expect(400);
    page.shows(&[r#"role="alert""#, "Must be a time as in RFC 3339."]);
    page.hides(&["format=csv"]);
    assert!(site.lines()[1].ends_with("from=yesterday"));
}

#[tokio::test]
async fn audit_log_is_refused_without_its_permission() {
    let site = Site::of_admin(&["users:read"], |_| panic!("nothing more is asked"));
    site.get_signed_in("/admin/audit").await.expect(403);
    site.get_signed_in("/admin/rollout").await.expect(403);
    Site::alone().get("/admin/audit").await.expect(404);
}
