//! What administrators do with tenants.

use serde_json::json;
use testkit::World;

use super::admin_users::make_tenant;
use super::{member, super_admin, text};

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
