//! What administrators do with tenants.

use serde_json::json;
use testkit::{Client, World};

use super::admin_users::{make_tenant, manager};
use super::revocation::{cached, cached_at_last};
use super::{PASSWORD, count, member, super_admin, text};

const TENANTS: &str = "/v1/admin/tenants";

/// By name, with as many as belong to each.
pub async fn tenants_are_listed_with_their_members<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    member(world, "ada@example.com").await;
    let acme = make_tenant(world, "acme").await;
    make_tenant(world, "empty").await;
    world.sql(&format!("UPDATE users SET tenant_id = '{acme}' WHERE email = 'ada@example.com'")).await;
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("{TENANTS}?limit=1{cursor}")).await.expect(200).json();
        for tenant in page["items"].as_array().unwrap() {
            found.push((text(&tenant["name"]), tenant["members"].clone(), text(&tenant["status"])));
        }
        let Some(next) = page.get("nextCursor") else { break };
        cursor = format!("&cursor={}", text(next));
    }
    let active = "active".to_owned();
    let expected = [("acme", 1), ("default", 1), ("empty", 0)];
    assert_eq!(found, expected.map(|(name, members)| (name.to_owned(), json!(members), active.clone())));
    let tenant = admin.get(&format!("{TENANTS}/{acme}")).await.expect(200).json();
    assert_eq!((&tenant["id"], &tenant["members"]), (&json!(acme), &json!(1)));
    admin
        .get(&format!("{TENANTS}/00000000-0000-7000-8000-00000000dead"))
        .await
        .expect_problem(404, "not_found");
}

/// Under a name that no other has; the default one keeps its own.
pub async fn a_tenant_is_made_and_renamed<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let tenant = admin.post(TENANTS, &json!({ "name": " Acme & Söhne " })).await.expect(201).json();
    assert_eq!((&tenant["name"], &tenant["members"]), (&json!("Acme & Söhne"), &json!(0)));
    assert_eq!(tenant["status"], "active");
    admin.post(TENANTS, &json!({ "name": "Acme & Söhne" })).await.expect_problem(409, "tenant_name_taken");
    for name in ["", "a,b", "a\nb"] {
        let reply =
            admin.post(TENANTS, &json!({ "name": name })).await.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], "name");
    }
    let path = format!("{TENANTS}/{}", text(&tenant["id"]));
    admin.patch(&path, &json!({ "name": "default" })).await.expect_problem(409, "tenant_name_taken");
    assert_eq!(admin.patch(&path, &json!({ "name": "Acme" })).await.expect(200).json()["name"], "Acme");
    admin.patch(&path, &json!({ "name": "Acme", "status": "active" })).await.expect(200);
    let default = format!("{TENANTS}/00000000-0000-7000-8000-000000000001");
    admin.patch(&default, &json!({ "name": "main" })).await.expect_problem(409, "default_tenant");
    assert_eq!(count(world, "audit_log WHERE action LIKE 'tenant.%'").await, 2);
}

/// In strict and in cached checks.
pub async fn members_of_a_suspended_tenant_are_out_until_it_is_reactivated<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let acme = make_tenant(world, "acme").await;
    let mut ada = member(world, "ada@example.com").await;
    world.sql(&format!("UPDATE users SET tenant_id = '{acme}' WHERE email = 'ada@example.com'")).await;
    cached_at_last(world, &ada).await;
    let path = format!("{TENANTS}/{acme}");
    let reply = admin.patch(&path, &json!({ "status": "suspended" })).await;
    let detail = text(&reply.expect_problem(422, "confirmation_required").json()["detail"]);
    assert!(detail.contains("the 1 members of `acme` out"), "{detail}");
    ada.get("/load-user").await.expect(200);

    let body = json!({ "status": "suspended", "confirm": true, "reason": "contract ended" });
    assert_eq!(admin.patch(&path, &body).await.expect(200).json()["status"], "suspended");
    ada.get("/load-user").await.expect_problem(401, "unauthenticated");
    world.settle().await;
    if let Some(record) = cached(world, &ada).await {
        assert_eq!(record["freshness"], "stale");
    }
    Client::new(world).login("ada@example.com", PASSWORD).await.expect_problem(403, "account_suspended");
    admin.patch(&path, &body).await.expect(200);

    let body = json!({ "status": "active", "confirm": true });
    assert_eq!(admin.patch(&path, &body).await.expect(200).json()["status"], "active");
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    let events = world.sql("SELECT action FROM audit_log WHERE target_type = 'tenant' ORDER BY rowid").await;
    assert_eq!(json!(events), json!([{ "action": "tenant.suspended" }, { "action": "tenant.reactivated" }]));
}

/// Or anybody could put every administrator out at once.
pub async fn a_tenant_is_suspended_by_those_who_may_do_as_much_as_its_members<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let acme = make_tenant(world, "acme").await;
    let mut clerk = manager(world, &mut admin, "clerk@example.com", &["tenants:write"]).await;
    manager(world, &mut admin, "auditor@example.com", &["audit:read"]).await;
    world.sql(&format!("UPDATE users SET tenant_id = '{acme}' WHERE email = 'auditor@example.com'")).await;
    let path = format!("{TENANTS}/{acme}");
    let suspend = json!({ "status": "suspended", "confirm": true });
    let reply = clerk.patch(&path, &suspend).await.expect_problem(403, "exceeds_own_grants");
    assert_eq!(reply.json()["missing"], json!(["audit:read"]));
    clerk.patch(&path, &json!({ "name": "Acme" })).await.expect(200);
    world.sql("UPDATE users SET tenant_id = (SELECT id FROM tenants WHERE name = 'default') WHERE email LIKE 'auditor%'").await;
    clerk.patch(&path, &suspend).await.expect(200);
}
