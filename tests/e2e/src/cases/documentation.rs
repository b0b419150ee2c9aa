//! The SQL and the requests of the documentation do what the pages say.

use http::Method;
use serde_json::{Value, json};
use testkit::World;

use super::revocation::{cached, cached_at_last};
use super::{count, member, my_id, signed_in, super_admin, text};

/// The statements in a text, in their order.
fn statements(page: &str) -> Vec<String> {
    let blocks = page.split("```sql\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    let statements = blocks.flat_map(|block| block.split(';')).map(str::trim).filter(|sql| !sql.is_empty());
    statements.map(str::to_owned).collect()
}

fn page(name: &str) -> String {
    std::fs::read_to_string(testkit::root().join(name)).unwrap()
}

/// Runs the statements below a heading of the runbook.
async fn run<W: World>(world: &W, heading: &str) {
    let runbook = page("docs/RUNBOOK.md");
    let (_, section) = runbook.split_once(&format!("\n## {heading}\n")).unwrap();
    let statements = statements(section.split("\n## ").next().unwrap());
    assert!(!statements.is_empty(), "{heading}");
    for statement in statements {
        world.sql(&statement).await;
    }
}

/// An administrator is appointed, tokens are deleted, caches go on after a restored database, everybody is signed out; and every
/// statement of the other pages can be run.
pub async fn the_sql_of_the_documentation_does_what_it_says<W: World>(world: &mut W) {
    let root = super_admin(world, "root@example.com").await;
    let mut ada = member(world, "ada@example.com").await;
    let mut bob = member(world, "bob@example.com").await;
    let ada_id = my_id(&mut ada).await;
    for client in [&mut ada, &mut bob] {
        client.post("/tokens", &json!({ "name": "program", "scopes": [] })).await.expect(201);
    }

    ada.get("/rbac/roles").await.expect(403);
    run(world, "Nobody is administrator").await;
    ada.get("/rbac/roles").await.expect(200);
    let log = format!("/v1/admin/audit?action=role.assigned&targetType=user&targetId={ada_id}");
    let events = ada.get(&log).await.expect(200).json();
    assert_eq!(events["items"][0]["details"]["role"], "SUPER_ADMIN", "{events}");

    run(world, "An API token has leaked").await;
    assert_eq!(ada.get("/tokens").await.expect(200).json()["items"], json!([]));
    assert_eq!(bob.get("/tokens").await.expect(200).json()["items"].as_array().unwrap().len(), 1);

    cached_at_last(world, &root).await;
    run(world, "Restoring the database").await;
    world.run_cron().await;
    let refreshed = bob.post("/sessions/refresh", &json!({})).await.expect(200).json();
    assert!(refreshed["epoch"].as_i64().unwrap() > 1_000_000, "{refreshed}");
    assert_eq!(cached(world, &root).await.unwrap()["freshness"], "stale");

    cached_at_last(world, &bob).await;
    run(world, "Everybody must sign in again").await;
    for client in [&mut ada, &mut bob] {
        client.get("/load-user").await.expect(401);
    }
    world.run_cron().await;
    assert_eq!(count(world, "outbox").await, 0);
    assert_eq!(cached(world, &bob).await, None);
    signed_in(world, "bob@example.com").await.get("/load-user").await.expect(200);

    for entry in std::fs::read_dir(testkit::root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            for statement in statements(&std::fs::read_to_string(path).unwrap_or_default()) {
                world.sql(&format!("EXPLAIN {statement}")).await;
            }
        }
    }
}

/// What follows each line that opens such a block, up to the one that closes it, as far in as that stands.
fn http_blocks(page: &str) -> Vec<String> {
    let blocks = page.split("```http\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    blocks.map(|block| block.lines().map(str::trim).collect::<Vec<_>>().join("\n")).collect()
}

/// An administrator sends them, page by page and in their order.
pub async fn the_requests_of_the_documentation_are_answered<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let user = my_id(&mut member(world, "ada@example.com").await).await;
    for name in ["README.md", "docs/RBAC.md"] {
        let blocks = http_blocks(&page(name));
        assert!(!blocks.is_empty(), "{name}");
        // Each page is for somebody who begins with it.
        world.sql("DELETE FROM roles WHERE system = 0").await;
        let mut role = String::new();
        for block in blocks {
            let (line, body) = block.split_once("\n\n").unwrap_or((&block, ""));
            let line = line.replace("USER_ID", &user).replace("ROLE_ID", &role);
            let (method, path) = line.trim().split_once(" /api").unwrap();
            let body: Option<Value> = (!body.trim().is_empty())
                .then(|| serde_json::from_str(&body.replace("ROLE_ID", &role)).unwrap());
            let reply =
                admin.request(Method::from_bytes(method.as_bytes()).unwrap(), path, body.as_ref()).await;
            assert!(reply.status.is_success(), "{name}: {block}\n{} {}", reply.status, reply.text());
            if (method, path) == ("POST", "/rbac/roles") {
                role = text(&reply.json()["id"]);
            }
        }
    }
}
