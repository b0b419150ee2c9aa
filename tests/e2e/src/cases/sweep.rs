//! Every route with every credential.

use std::collections::BTreeSet;

use http::Method;
use http_kit::{Access, RouteTable};
use serde_json::{Value, json};
use store::audit::Action;
use testkit::{Client, IdentityProvider, Native, World};

use crate::injection::{Case, Work};

use super::{PASSWORD, make_token, member, my_id, permission_id, signed_in, super_admin, text};

/// How to call a route so that it succeeds for whoever may, and how it answers then.
struct Row {
    method: Method,
    path: &'static str,
    body: fn(&Target) -> Option<Value>,
    success: u16,
}

/// Things made for one call.
struct Target {
    user: String,
    role: String,
    permission: String,
    tenant: String,
    session: String,
    token: String,
    number: usize,
}

fn nothing(_: &Target) -> Option<Value> {
    None
}

/// As the AuthZEN API asks, for its searches too.
fn question(target: &Target) -> Value {
    json!({
        "subject": { "type": "user", "id": target.user },
        "action": { "name": "read" },
        "resource": { "type": "record", "id": "record-1" },
    })
}

/// A route of the table that is not here fails the sweep.
fn rows() -> Vec<Row> {
    let mut rows = own_rows();
    rows.extend(rows_with_providers());
    rows
}

/// What these do with a provider is in `tests/oidc.rs`; without one, this is how far they get.
fn rows_with_providers() -> [Row; 7] {
    let row = |method, path, body, success| Row { method, path, body, success };
    [
        row(Method::GET, "/oidc/providers", nothing, 200),
        row(Method::GET, "/oidc/login", nothing, 400),
        row(Method::GET, "/oidc/callback", nothing, 400),
        row(Method::POST, "/oidc/backchannel-logout", nothing, 415),
        row(Method::GET, "/identities", nothing, 200),
        row(Method::POST, "/identities", |_| Some(json!({ "provider": "three" })), 400),
        row(Method::DELETE, "/identities/{id}", nothing, 404),
    ]
}

#[expect(clippy::too_many_lines, reason = "the list of all routes")]
fn own_rows() -> Vec<Row> {
    let row = |method, path, body, success| Row { method, path, body, success };
    vec![
        row(Method::GET, "/healthz", nothing, 200),
        row(
            Method::POST,
            "/register",
            |target| {
                Some(json!({ "username": format!("new{}@example.com", target.number), "password": PASSWORD }))
            },
            201,
        ),
        row(
            Method::POST,
            "/login",
            |_| Some(json!({ "username": "root@example.com", "password": PASSWORD })),
            200,
        ),
        row(Method::POST, "/verify-email", |target| Some(json!({ "token": target.token })), 200),
        row(Method::POST, "/verify-email/resend", |_| Some(json!({ "username": "root@example.com" })), 202),
        row(Method::POST, "/forgot-password", |_| Some(json!({ "username": "root@example.com" })), 202),
        row(Method::POST, "/forgot-password-validate", |target| Some(json!({ "token": target.token })), 200),
        row(
            Method::POST,
            "/forgot-password-new-password",
            |target| Some(json!({ "token": target.token, "password": PASSWORD })),
            204,
        ),
        row(Method::POST, "/logout", nothing, 204),
        row(Method::GET, "/load-user", nothing, 200),
        row(
            Method::POST,
            "/change-password",
            |_| Some(json!({ "currentPassword": PASSWORD, "newPassword": PASSWORD })),
            204,
        ),
        row(Method::POST, "/delete-account", |_| Some(json!({ "password": PASSWORD })), 204),
        row(Method::GET, "/sessions", nothing, 200),
        row(Method::DELETE, "/sessions", nothing, 204),
        row(Method::DELETE, "/sessions/{id}", nothing, 204),
        row(Method::POST, "/sessions/refresh", nothing, 200),
        row(Method::GET, "/tokens", nothing, 200),
        row(Method::POST, "/tokens", |_| Some(json!({ "name": "CI", "scopes": [] })), 201),
        row(Method::DELETE, "/tokens/{id}", nothing, 204),
        row(Method::GET, "/users/{id}", nothing, 200),
        row(Method::PUT, "/users/{id}", |_| Some(json!({ "firstName": "Ada" })), 200),
        row(Method::DELETE, "/users/{id}", nothing, 204),
        row(Method::GET, "/rbac/roles", nothing, 200),
        row(
            Method::POST,
            "/rbac/roles",
            |target| Some(json!({ "name": format!("new {}", target.number) })),
            201,
        ),
        row(Method::GET, "/rbac/roles/{id}", nothing, 200),
        row(Method::PUT, "/rbac/roles/{id}", |_| Some(json!({ "description": "x" })), 200),
        row(Method::DELETE, "/rbac/roles/{id}", nothing, 204),
        row(Method::GET, "/rbac/roles/{id}/permissions", nothing, 200),
        row(
            Method::PUT,
            "/rbac/roles/{id}/permissions",
            |_| Some(json!({ "permissions": ["roles:write"] })),
            200,
        ),
        row(Method::POST, "/rbac/roles/{id}/permissions/{permissionId}", nothing, 204),
        row(Method::DELETE, "/rbac/roles/{id}/permissions/{permissionId}", nothing, 204),
        row(Method::GET, "/rbac/matrix", nothing, 200),
        row(
            Method::PATCH,
            "/rbac/matrix",
            |target| {
                let change = json!({ "roleId": target.role, "permission": "roles:write", "granted": true });
                Some(json!({ "changes": [change] }))
            },
            200,
        ),
        row(Method::GET, "/rbac/permissions", nothing, 200),
        row(
            Method::POST,
            "/rbac/permissions",
            |target| Some(json!({ "name": format!("new{}:read", target.number) })),
            201,
        ),
        row(
            Method::PUT,
            "/rbac/permissions",
            |target| {
                let name = format!("app{}", target.number);
                Some(json!({ "application": name, "permissions": [{ "name": format!("{name}:read") }] }))
            },
            200,
        ),
        row(Method::DELETE, "/rbac/permissions/{id}", nothing, 204),
        row(Method::GET, "/rbac/users/{userId}/roles", nothing, 200),
        row(Method::POST, "/rbac/users/{userId}/roles", |target| Some(json!({ "roleId": target.role })), 204),
        row(Method::DELETE, "/rbac/users/{userId}/roles/{roleId}", nothing, 204),
        row(Method::GET, "/rbac/users/{userId}/permissions", nothing, 200),
        row(Method::GET, "/v1/admin/rollout", nothing, 200),
        row(Method::GET, "/v1/admin/audit", nothing, 200),
        row(Method::GET, "/internal/principal", nothing, 404),
        row(Method::POST, "/internal/authorize", nothing, 404),
        row(Method::POST, "/internal/findings", nothing, 404),
        row(Method::GET, "/rbac/resources/{type}", nothing, 200),
        row(Method::PUT, "/rbac/resources/{type}/{id}", nothing, 204),
        row(Method::DELETE, "/rbac/resources/{type}/{id}", nothing, 204),
        row(Method::GET, "/.well-known/authzen-configuration", nothing, 200),
        row(Method::POST, "/access/v1/evaluation", |target| Some(question(target)), 200),
        row(Method::POST, "/access/v1/evaluations", |target| Some(question(target)), 200),
        row(Method::POST, "/access/v1/search/subject", |target| Some(question(target)), 200),
        row(Method::POST, "/access/v1/search/resource", |target| Some(question(target)), 200),
        row(Method::POST, "/access/v1/search/action", |target| Some(question(target)), 200),
        row(Method::POST, "/rbac/check", |_| Some(json!({ "permissions": ["users:read"] })), 200),
        row(Method::GET, "/v1/admin/users", nothing, 200),
        row(
            Method::POST,
            "/v1/admin/users",
            |target| Some(json!({ "username": format!("new{}@example.com", target.number) })),
            201,
        ),
        row(Method::GET, "/v1/admin/users/{id}", nothing, 200),
        row(Method::PATCH, "/v1/admin/users/{id}", |_| Some(json!({ "firstName": "Ada" })), 200),
        row(Method::DELETE, "/v1/admin/users/{id}", nothing, 204),
        row(Method::POST, "/v1/admin/users/{id}/suspend", |_| Some(json!({ "confirm": true })), 200),
        row(Method::POST, "/v1/admin/users/{id}/reactivate", |_| Some(json!({ "confirm": true })), 200),
        row(Method::POST, "/v1/admin/users/{userId}/invitation", nothing, 202),
        row(Method::GET, "/v1/admin/users/{userId}/sessions", nothing, 200),
        row(Method::DELETE, "/v1/admin/users/{userId}/sessions", nothing, 204),
        row(Method::DELETE, "/v1/admin/users/{userId}/sessions/{sessionId}", nothing, 204),
        row(Method::GET, "/v1/admin/users/{userId}/roles", nothing, 200),
        row(
            Method::POST,
            "/v1/admin/users/{userId}/roles",
            |target| Some(json!({ "roleId": target.role })),
            204,
        ),
        row(Method::DELETE, "/v1/admin/users/{userId}/roles/{roleId}", nothing, 204),
        row(Method::GET, "/v1/admin/tenants", nothing, 200),
        row(Method::GET, "/v1/admin/tenants/{id}", nothing, 200),
        row(
            Method::POST,
            "/v1/admin/tenants",
            |target| Some(json!({ "name": format!("new {}", target.number) })),
            201,
        ),
        row(
            Method::PATCH,
            "/v1/admin/tenants/{id}",
            |target| Some(json!({ "name": format!("renamed {}", target.number) })),
            200,
        ),
    ]
}

/// Has every route mounted; gives their table.
async fn mount_every_route<W: World>(world: &mut W) -> RouteTable {
    let vars = IdentityProvider::vars_of_two();
    let vars: Vec<(&str, &str)> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
    world.restart_with(&vars).await;
    user_mgmt_app::routes::table(&Native::with_every_route().app)
}

/// No, bad, insufficient, exact and admin credentials on every route, as sessions and as API tokens; and every other
/// method.
pub async fn every_route_answers_every_credential_as_it_declares<W: World>(world: &mut W) {
    let table = mount_every_route(world).await;
    let rows = rows();
    let declared: BTreeSet<String> = rows.iter().map(|row| format!("{} {}", row.method, row.path)).collect();
    let mounted: BTreeSet<String> =
        table.routes().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(declared, mounted, "every route has its row, and every row its route");

    let mut root = super_admin(world, "root@example.com").await;
    let root_id = my_id(&mut root).await;
    let mut everything = token(world, &mut root, &["admin:all"]).await;
    let mut too_little = token(world, &mut root, &["sweep:nothing"]).await;
    let mut nobody = member(world, "nobody@example.com").await;
    let nobody_id = my_id(&mut nobody).await;
    world.sql(&format!("DELETE FROM user_roles WHERE user_id = '{nobody_id}'")).await;

    let mut number = 0;
    for route in table.routes() {
        let row = rows.iter().find(|row| row.method == route.method && row.path == route.path).unwrap();
        let label = format!("{} {}", route.method, route.path);
        let public = route.access == Access::Public;
        for bad in [None, Some("garbage".to_owned()), Some("A".repeat(43)), Some("é".to_owned())] {
            let target = target(world, row, &mut number).await;
            let mut client = Client::new(world);
            client.session = bad.filter(|session| session.is_ascii());
            let reply = call(&mut client, row, &target).await;
            if public || route.access == Access::Binding {
                reply.expect(row.success);
            } else {
                reply.expect_problem(401, "unauthenticated");
            }
        }

        let target_of_nobody = target(world, row, &mut number).await;
        let mut client = if row.path == "/delete-account" {
            member(world, "leaving@example.com").await
        } else {
            signed_in(world, "nobody@example.com").await
        };
        let reply = call(&mut client, row, &target_of_nobody).await;
        match &route.access {
            Access::Permission(permission) | Access::OwnOr(permission) => {
                let reply = reply.expect_problem(403, "permission_denied");
                assert_eq!(reply.json()["required"], permission.as_str(), "{label}");
                exact(world, row, permission.as_str(), &mut number).await;
            }
            // From where a browser stands, what is for other workers alone is not there.
            Access::Session | Access::SessionOrToken | Access::Public | Access::Binding => {
                reply.expect(row.success);
            }
        }
        if matches!(route.access, Access::OwnOr(_)) {
            let mut own = target(world, row, &mut number).await;
            own.user.clone_from(&nobody_id);
            let mut client = signed_in(world, "nobody@example.com").await;
            call(&mut client, row, &own).await.expect(row.success);
        }

        let mut by_token = target(world, row, &mut number).await;
        by_token.user.clone_from(&root_id);
        match &route.access {
            Access::Permission(permission) | Access::OwnOr(permission) => {
                let reply = call(&mut too_little, row, &by_token).await;
                let reply = reply.expect_problem(403, "permission_denied");
                assert_eq!(reply.json()["required"], permission.as_str(), "{label}");
            }
            Access::Session => {
                call(&mut everything, row, &by_token).await.expect_problem(403, "session_required");
            }
            Access::SessionOrToken | Access::Binding => {
                call(&mut too_little, row, &by_token).await.expect(row.success);
            }
            Access::Public => {}
        }

        let target = target(world, row, &mut number).await;
        let mut admin = if row.path == "/delete-account" {
            super_admin(world, "leaving-root@example.com").await
        } else {
            signed_in(world, "root@example.com").await
        };
        let reply = call(&mut admin, row, &target).await;
        assert_eq!(reply.status.as_u16(), row.success, "{label}: {}", reply.text());
    }

    let reachable = table.routes().iter().filter(|route| route.access != Access::Binding);
    for path in reachable.map(|route| route.path).collect::<BTreeSet<_>>() {
        let mut client = signed_in(world, "root@example.com").await;
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if table.routes().iter().any(|route| route.path == path && route.method == method) {
                continue;
            }
            let concrete = path.replace(['{', '}'], "");
            let reply = client.request(method.clone(), &concrete, None).await;
            let reply = reply.expect_problem(405, "method_not_allowed");
            let allow = reply.headers["allow"].to_str().unwrap();
            let allow: BTreeSet<&str> = allow.split(',').filter(|method| *method != "HEAD").collect();
            let expected: BTreeSet<&str> = table
                .routes()
                .iter()
                .filter(|route| route.path == path)
                .map(|route| route.method.as_str())
                .collect();
            assert_eq!(allow, expected, "{method} {path}");
        }
    }
}

/// Routes with an unsafe method that change nothing.
const UNCHANGING: [&str; 10] = [
    "POST /access/v1/evaluation",
    "POST /access/v1/evaluations",
    "POST /access/v1/search/action",
    "POST /access/v1/search/resource",
    "POST /access/v1/search/subject",
    "POST /forgot-password-validate",
    "POST /internal/authorize",
    "POST /internal/findings",
    "POST /rbac/check",
    "POST /sessions/refresh",
];

/// Each route, called so that it succeeds: where anything that is kept has changed, there is one event of that request, by
/// its caller, of the catalogue and with details that it names; where nothing has, there is none.
pub async fn every_change_by_any_route_has_one_audit_event<W: World>(world: &mut W) {
    super_admin(world, "root@example.com").await;
    let table = user_mgmt_app::routes::table(&Native::new().app);
    let (rows, mut number) = (rows(), 0);
    let mut unchanging = BTreeSet::new();
    for route in table.routes() {
        let row = rows.iter().find(|row| row.method == route.method && row.path == route.path).unwrap();
        let label = format!("{} {}", route.method, route.path);
        let target = target(world, row, &mut number).await;
        // A sign-in with a session would end that one too, which is a change of its own.
        let mut client = if route.access == Access::Public && row.path != "/logout" {
            Client::new(world)
        } else {
            let email = format!("admin{number}@example.com");
            let client = super_admin(world, &email).await;
            // Somewhere else, so that there is something to end.
            signed_in(world, &email).await;
            client
        };
        let caller = match client.session {
            Some(_) => json!(my_id(&mut client).await),
            None => Value::Null,
        };
        let mut call = Prepared::new(&mut client, row, &target).await;
        world.settle().await;
        let before = kept(world).await;
        let reply = call.send().await;
        assert_eq!(reply.status.as_u16(), row.success, "{label}: {}", reply.text());
        world.settle().await;
        let changed = kept(world).await != before;
        let request = reply.headers["x-request-id"].to_str().unwrap();
        let events = world.sql(&format!("SELECT * FROM audit_log WHERE request_id = '{request}'")).await;
        assert_eq!(events.len(), usize::from(changed), "{label} changed something: {changed}; {events:?}");
        for event in &events {
            let action = Action::ALL.iter().find(|action| action.as_str() == event["action"]).unwrap();
            assert_eq!(event["target_type"], action.target().as_str(), "{label}");
            assert!(caller.is_null() || event["actor_id"] == caller, "{label}: {event}");
            let details = serde_json::from_str(event["details"].as_str().unwrap()).unwrap();
            let undeclared = undeclared(&details, "", action.details());
            assert!(undeclared.is_empty(), "{label}: {} has {undeclared:?}", action.as_str());
        }
        if !changed && !route.method.is_safe() {
            unchanging.insert(label.clone());
        }
        assert!(!(changed && route.method.is_safe()), "{label} is safe");
    }
    assert_eq!(unchanging, UNCHANGING.map(str::to_owned).into());
}

/// Each route whose path `wanted` picks, called in a copy of this deployment by somebody who may.
pub async fn every_route(base: &Native, wanted: impl Fn(&str) -> bool) -> Vec<Case> {
    let (table, rows, mut number) = (user_mgmt_app::routes::table(&base.app), rows(), 0);
    let mut cases = Vec::new();
    for route in table.routes().iter().filter(|route| wanted(route.path)) {
        let row = rows.iter().find(|row| row.method == route.method && row.path == route.path).unwrap();
        let world = base.copy();
        let mut client = Client::new(&world);
        if route.access != Access::Public || row.path == "/logout" {
            client = super_admin(&world, "admin@example.com").await;
            signed_in(&world, "admin@example.com").await;
        }
        let mut target = target(&world, row, &mut number).await;
        if !base.app.config.rbac_enabled && client.session.is_some() {
            target.user = my_id(&mut client).await;
        }
        let call = Prepared::new(&mut client, row, &target).await;
        let (label, mut status) = (format!("{} {}", row.method, row.path), row.success);
        let mut request = call.client.as_sent(call.method, &call.path, call.body.as_ref());
        if route.access == Access::Binding {
            let inside;
            (inside, status) = of_another_worker(row.path);
            request = client.as_sent(row.method.clone(), row.path, inside.as_ref());
            *request.uri_mut() = format!("https://user-mgmt{}", row.path).parse().unwrap();
        }
        request.headers_mut().insert("x-request-id", "the-one-request".parse().unwrap());
        let secrets = client.session.iter().cloned().chain([PASSWORD.to_owned(), target.token]).collect();
        let work =
            if route.access == Access::Binding { Work::Binding(request) } else { Work::Request(request) };
        // So that there is a cache to tell, for what changes anything; the one that writes records begins with none.
        if row.path != "/sessions/refresh" {
            world.sql("UPDATE sessions SET cached = 'live'").await;
        }
        world.settle().await;
        world.run_cron().await;
        cases.push(Case { label, world, work, status, secrets, once_only: false });
    }
    cases
}

/// What another worker sends to a route that is for workers alone, and how that answers.
fn of_another_worker(path: &str) -> (Option<Value>, u16) {
    let route = "GET /records/{id}";
    match path {
        "/internal/principal" => (None, 200),
        "/internal/authorize" => {
            (Some(json!({ "application": "records", "route": route, "permissions": ["users:read"] })), 200)
        }
        _ => {
            let found = |finding: &str, mode: &str| json!({ "finding": finding, "mode": mode, "route": route, "required": "records:read", "count": 3 });
            let findings = [found("would_deny", "report"), found("denied", "on")];
            (Some(json!({ "application": "records", "findings": findings, "routes": [route] })), 204)
        }
    }
}

/// Everything that the database keeps, but what follows from other tables or only counts.
async fn kept<W: World>(world: &W) -> Vec<(String, Vec<Value>)> {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
                  AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'd1%' AND name NOT LIKE 'audit%' \
                  AND name NOT LIKE 'authz%' AND name NOT LIKE 'user_search%' \
                  AND name NOT IN ('outbox', 'sign_in_failures', 'tenant_members') ORDER BY name";
    let mut kept = Vec::new();
    for table in world.sql(tables).await {
        let name = text(&table["name"]);
        let mut rows = world.sql(&format!("SELECT * FROM {name}")).await;
        // Whether the cache may have something changes nothing for anybody.
        for row in rows.iter_mut().filter(|_| name == "sessions") {
            row["cached"] = Value::Null;
        }
        kept.push((name, rows));
    }
    assert!(kept.len() > 8, "{kept:?}");
    kept
}

/// The members of details that the catalogue does not name, by their paths.
fn undeclared(details: &Value, path: &str, declared: &[&str]) -> Vec<String> {
    if declared.contains(&path) {
        return Vec::new();
    }
    let Some(members) = details.as_object() else { return vec![path.to_owned()] };
    let path_of = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    members.iter().flat_map(|(name, value)| undeclared(value, &path_of(name), declared)).collect()
}

/// A user who holds this permission and nothing else, and a token of theirs.
async fn exact<W: World>(world: &W, row: &Row, permission: &str, number: &mut usize) {
    *number += 1;
    let email = format!("exact{number}@example.com");
    let mut client = member(world, &email).await;
    let id = my_id(&mut client).await;
    let role = make_role(world, &format!("exact {number}")).await;
    grant(world, &role, &permission_id(world, permission).await).await;
    world.sql(&format!("DELETE FROM user_roles WHERE user_id = '{id}'")).await;
    assign_by_sql(world, &id, &role).await;
    let mut by_token = token(world, &mut client, &[permission]).await;
    for client in [&mut client, &mut by_token] {
        let target = target(world, row, number).await;
        let reply = call(client, row, &target).await;
        assert_eq!(reply.status.as_u16(), row.success, "{} {}: {}", row.method, row.path, reply.text());
    }
}

/// A program with a token of these scopes.
async fn token<'w, W: World>(world: &'w W, owner: &mut Client<'_, W>, scopes: &[&str]) -> Client<'w, W> {
    let made = owner.post("/tokens", &json!({ "name": "sweep", "scopes": scopes })).await.expect(201);
    let mut program = Client::new(world);
    program.token = Some(text(&made.json()["token"]));
    program
}

/// A user, a role and a permission, related as the row needs them to be.
async fn target<W: World>(world: &W, row: &Row, number: &mut usize) -> Target {
    *number += 1;
    let user = make_user(world, &format!("target{number}@example.com")).await;
    let role = make_role(world, &format!("target {number}")).await;
    let tenant = make_tenant(world, &format!("target {number}")).await;
    let permission = if row.path == "/rbac/permissions/{id}" {
        make_permission(world, &format!("target{number}:read")).await
    } else {
        permission_id(world, "roles:write").await
    };
    let deletes = row.method == Method::DELETE;
    if deletes && row.path.ends_with("{permissionId}") {
        grant(world, &role, &permission).await;
    }
    if deletes && row.path.ends_with("{roleId}") {
        assign_by_sql(world, &user, &role).await;
    }
    if row.path.ends_with("/reactivate") {
        world.sql(&format!("UPDATE users SET status = 'suspended' WHERE id = '{user}'")).await;
    }
    if row.path.ends_with("/invitation") {
        world.sql(&format!("UPDATE users SET status = 'invited' WHERE id = '{user}'")).await;
    }
    let session = make_session(world, &user).await;
    if deletes && row.path == "/rbac/resources/{type}/{id}" {
        let sql =
            format!("INSERT INTO access_resources (type, id, created_at) VALUES ('record', '{user}', 0)");
        world.sql(&sql).await;
    }
    let purpose = if row.path == "/verify-email" { "verify_email" } else { "reset_password" };
    let token = make_token(world, &user, purpose).await;
    Target { user, role, permission, tenant, session, token, number: *number }
}

async fn call<W: World>(client: &mut Client<'_, W>, row: &Row, target: &Target) -> testkit::Reply {
    Prepared::new(client, row, target).await.send().await
}

/// A call with everything made that it needs.
struct Prepared<'a, 'w, W> {
    client: &'a mut Client<'w, W>,
    method: Method,
    path: String,
    body: Option<Value>,
}

impl<'a, 'w, W: World> Prepared<'a, 'w, W> {
    async fn new(client: &'a mut Client<'w, W>, row: &Row, target: &Target) -> Self {
        // Of whoever calls, where there is one.
        let own = match row.path {
            "/sessions/{id}" => Some(client.get("/sessions").await.json()["items"][0]["id"].clone()),
            "/tokens/{id}" => {
                let made = client.post("/tokens", &json!({ "name": "CI", "scopes": [] })).await;
                Some(made.json()["id"].clone())
            }
            _ => None,
        };
        let own = own.map(|id| id.as_str().unwrap_or("00000000-0000-7000-8000-00000000dead").to_owned());
        let kind = row.path.split("/{id}").next().and_then(|path| path.rsplit('/').next());
        let id = match (&own, kind) {
            (Some(own), _) => own,
            (None, Some("roles")) => &target.role,
            (None, Some("permissions")) => &target.permission,
            (None, Some("tenants")) => &target.tenant,
            _ => &target.user,
        };
        let path = row
            .path
            .replace("{type}", "record")
            .replace("{id}", id)
            .replace("{userId}", &target.user)
            .replace("{roleId}", &target.role)
            .replace("{sessionId}", &target.session)
            .replace("{permissionId}", &target.permission);
        Self { client, method: row.method.clone(), path, body: (row.body)(target) }
    }

    async fn send(&mut self) -> testkit::Reply {
        self.client.request(self.method.clone(), &self.path, self.body.as_ref()).await
    }
}

async fn make_user<W: World>(world: &W, email: &str) -> String {
    let sql = format!(
        "INSERT INTO users (id, tenant_id, email, created_at, updated_at) \
         SELECT {UUID}, id, '{email}', 0, 0 FROM tenants WHERE name = 'default' RETURNING id"
    );
    text(&world.sql(&sql).await[0]["id"])
}

async fn make_tenant<W: World>(world: &W, name: &str) -> String {
    let sql = format!("INSERT INTO tenants (id, name, created_at) VALUES ({UUID}, '{name}', 0) RETURNING id");
    text(&world.sql(&sql).await[0]["id"])
}

async fn make_session<W: World>(world: &W, user: &str) -> String {
    let sql = format!(
        "INSERT INTO sessions (id, token_hash, user_id, created_at, last_seen_at, expires_at) \
         SELECT {UUID}, {TOKEN_HASH}, '{user}', 0, 9000000000000, 9000000000000 RETURNING id"
    );
    text(&world.sql(&sql).await[0]["id"])
}

async fn make_role<W: World>(world: &W, name: &str) -> String {
    let sql = format!(
        "INSERT INTO roles (id, name, created_at, updated_at) VALUES ({UUID}, '{name}', 0, 0) RETURNING id"
    );
    text(&world.sql(&sql).await[0]["id"])
}

async fn make_permission<W: World>(world: &W, name: &str) -> String {
    let sql =
        format!("INSERT INTO permissions (id, name, created_at) VALUES ({UUID}, '{name}', 0) RETURNING id");
    text(&world.sql(&sql).await[0]["id"])
}

async fn grant<W: World>(world: &W, role: &str, permission: &str) {
    let sql =
        format!("INSERT INTO role_permissions (role_id, permission_id) VALUES ('{role}', '{permission}')");
    world.sql(&sql).await;
}

async fn assign_by_sql<W: World>(world: &W, user: &str, role: &str) {
    let sql = format!("INSERT INTO user_roles (user_id, role_id, granted_at) VALUES ('{user}', '{role}', 0)");
    world.sql(&sql).await;
}

/// Random and of the right shape, by SQLite itself.
const UUID: &str = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-7' || \
                    substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || \
                    hex(randomblob(6)))";

/// The same: 32 bytes as 43 digits of base64url.
const TOKEN_HASH: &str = "hex(randomblob(21)) || 'A'";
