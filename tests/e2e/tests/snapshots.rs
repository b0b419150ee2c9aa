//! What is reviewed when it changes: the API description, who may use which route, and how answers look.
//!
//! The description is served to clients, and docs/API.md is made of it: `EDGEWARD_WRITE=1 cargo test -p e2e --test snapshots` writes
//! both anew. The others are
//! for people to read, and are accepted by `cargo insta review`.

use std::fmt::Write;

use e2e::cases::{PASSWORD, create_role, member, my_id, super_admin};
use http::Method;
use http_kit::{Access, openapi};
use insta::assert_snapshot;
use rbac::{GrantSet, catalogue, has_permission};
use serde_json::{Value, json};
use testkit::{Client, Native, Reply};

#[test]
fn the_api_description_is_that_of_the_route_table() {
    let world = Native::with_every_route();
    let table = user_mgmt_app::routes::table(&world.app);
    let mut document = openapi::document("Edgeward", env!("CARGO_PKG_VERSION"), &table);
    document["servers"] = json!([{ "url": "/api" }]);
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    for (path, text) in [
        ("workers/account-pages/public/openapi.json", text),
        ("docs/API.md", e2e::api_reference::markdown(&document)),
    ] {
        let file = testkit::root().join(path);
        if std::env::var_os("EDGEWARD_WRITE").is_some() {
            std::fs::write(&file, &text).unwrap();
        }
        let written = std::fs::read_to_string(file).unwrap_or_default();
        assert!(
            written == text,
            "{path}: the route table has changed: run this test with EDGEWARD_WRITE=1 and read the difference"
        );
    }
}

#[test]
fn who_may_use_which_route() {
    let world = Native::with_every_route();
    let mut matrix = format!(
        "{:6} {:47} {:12} {:10} {:7} {:11} {:9} {}\n",
        "", "route", "signed out", "signed in", "MEMBER", "SUPER_ADMIN", "API token", "needs"
    );
    for route in user_mgmt_app::routes::table(&world.app).routes() {
        let nobody = GrantSet::default();
        let of_role = |name: &str| {
            let role = catalogue::SYSTEM_ROLES.iter().find(|role| role.name == name).unwrap();
            role.grants.iter().cloned().collect::<GrantSet>()
        };
        let cell = |grants: &GrantSet| match &route.access {
            Access::Public | Access::Session | Access::SessionOrToken => "yes",
            Access::Permission(permission) if has_permission(grants, permission) => "yes",
            Access::OwnOr(permission) if has_permission(grants, permission) => "yes",
            Access::Binding | Access::Permission(_) => "no",
            Access::OwnOr(_) => "own",
        };
        let needs = match &route.access {
            Access::Public => "nothing".to_owned(),
            Access::Binding => "a service binding".to_owned(),
            Access::Session => "to be signed in".to_owned(),
            Access::SessionOrToken => "to be signed in, or an API token".to_owned(),
            Access::Permission(permission) => permission.to_string(),
            Access::OwnOr(permission) => format!("own, or {permission}"),
        };
        let needs = if route.enforced_by_flag { format!("{needs} (once enforced)") } else { needs };
        let signed_out = if route.access == Access::Public { "yes" } else { "no" };
        let by_token = match &route.access {
            Access::Public | Access::SessionOrToken => "yes",
            Access::Permission(_) | Access::OwnOr(_) => "scope",
            Access::Binding | Access::Session => "no",
        };
        writeln!(
            matrix,
            "{:6} {:47} {:12} {:10} {:7} {:11} {by_token:9} {needs}",
            route.method.as_str(),
            route.path,
            signed_out,
            cell(&nobody),
            cell(&of_role(catalogue::MEMBER)),
            cell(&of_role(catalogue::SUPER_ADMIN)),
        )
        .unwrap();
    }
    insta::with_settings!({ snapshot_path => "../../snapshots", prepend_module_to_snapshot => false }, {
        assert_snapshot!("role-matrix", matrix);
    });
}

#[tokio::test]
async fn answers_look_like_this() {
    let world = Native::new();
    let mut admin = super_admin(&world, "root@example.com").await;
    let mut ada = member(&world, "ada@example.com").await;
    let mut nobody = Client::new(&world);
    let ada_id = my_id(&mut ada).await;
    let role = create_role(&mut admin, "auditor", &["audit:read"]).await;
    let mut seen = String::new();
    let mut ids = Ids::default();
    let mut look = |label: &str, reply: Reply| {
        let mut body = if reply.body.is_empty() { Value::Null } else { reply.json() };
        ids.replace(&mut body);
        let body = serde_json::to_string_pretty(&body).unwrap();
        writeln!(seen, "{label}\n{}\n{body}\n", reply.status).unwrap();
    };
    let credentials = json!({ "username": "eve@example.com", "password": PASSWORD });
    look("register", nobody.post("/register", &credentials).await);
    look("register, taken", nobody.post("/register", &credentials).await);
    look("register, short password", nobody.register("x@example.com", "short").await);
    look("register, not a word", nobody.request(Method::POST, "/register", None).await);
    look("sign in, wrong password", nobody.login("eve@example.com", "wrong password").await);
    look("sign in", nobody.login("eve@example.com", PASSWORD).await);
    look("who am I", ada.get("/load-user").await);
    look("who am I, signed out", Client::new(&world).get("/load-user").await);
    look("one account", ada.get(&format!("/users/{ada_id}")).await);
    look("roles", admin.get("/rbac/roles").await);
    look("roles, without the permission", ada.get("/rbac/roles").await);
    look("a page of permissions", admin.get("/rbac/permissions?limit=2").await);
    look("a page of no size", admin.get("/rbac/permissions?limit=0").await);
    look("assign", admin.post(&format!("/rbac/users/{ada_id}/roles"), &json!({ "roleId": role })).await);
    look("roles of a user", ada.get(&format!("/rbac/users/{ada_id}/roles")).await);
    look("effective permissions", ada.get(&format!("/rbac/users/{ada_id}/permissions")).await);
    let check = json!({ "permissions": ["audit:read", "users:delete"], "mode": "any" });
    look("check", ada.post("/rbac/check", &check).await);
    look("check, misspelt", ada.post("/rbac/check", &json!({ "permission": "audit:read" })).await);
    look("role name taken", admin.post("/rbac/roles", &json!({ "name": "Auditor" })).await);
    let root_id = my_id(&mut admin).await;
    look("the last admin", admin.delete(&format!("/users/{root_id}")).await);
    look("nothing there", ada.get("/nothing").await);
    look("not that way", ada.delete("/login").await);
    look("sign out", ada.post("/logout", &json!({})).await);
    assert!(!seen.contains("argon2"), "no hash is ever shown");
    insta::with_settings!({ snapshot_path => "../../snapshots", prepend_module_to_snapshot => false }, {
        assert_snapshot!("answers", seen);
    });
}

/// Ids that were made up on the way, by the order in which they are seen, so that one more draw of randomness somewhere
/// does not change the picture.
#[derive(Default)]
struct Ids(Vec<String>);

impl Ids {
    fn replace(&mut self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    if name == "requestId" {
                        *member = json!("(request)");
                    }
                    self.replace(member);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.replace(item)),
            Value::String(text) if accounts::UserId::parse(text).is_ok() && !text.starts_with("00000000") => {
                let known = self.0.iter().position(|id| id == text);
                let number = known.unwrap_or_else(|| {
                    self.0.push(text.clone());
                    self.0.len() - 1
                });
                *text = format!("(id {number})");
            }
            _ => {}
        }
    }
}
