//! Every route with every credential.

use std::collections::BTreeSet;

use http::Method;
use http_kit::Access;
use serde_json::{Value, json};
use testkit::{Client, Native, World};

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

/// A route of the table that is not here fails the sweep.
#[expect(clippy::too_many_lines, reason = "the list of all routes")]
fn rows() -> Vec<Row> {
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
        row(Method::PUT, "/rbac/roles/{id}/permissions", |_| Some(json!({ "permissions": [] })), 200),
        row(Method::POST, "/rbac/roles/{id}/permissions/{permissionId}", nothing, 204),
        row(Method::DELETE, "/rbac/roles/{id}/permissions/{permissionId}", nothing, 204),
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
            |_| Some(json!({ "application": "x", "permissions": [] })),
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
        row(Method::PATCH, "/v1/admin/tenants/{id}", |_| Some(json!({ "status": "active" })), 200),
    ]
}

/// No, bad, insufficient, exact and admin credentials on every route, as sessions and as API tokens; and every other
/// method.
pub async fn every_route_answers_every_credential_as_it_declares<W: World>(world: &mut W) {
    let table = user_mgmt_app::routes::table(&Native::new().app);
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
    if row.path.ends_with("/invitation") {
        world.sql(&format!("UPDATE users SET status = 'invited' WHERE id = '{user}'")).await;
    }
    let session = make_session(world, &user).await;
    let purpose = if row.path == "/verify-email" { "verify_email" } else { "reset_password" };
    let token = make_token(world, &user, purpose).await;
    Target { user, role, permission, tenant, session, token, number: *number }
}

async fn call<W: World>(client: &mut Client<'_, W>, row: &Row, target: &Target) -> testkit::Reply {
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
        .replace("{id}", id)
        .replace("{userId}", &target.user)
        .replace("{roleId}", &target.role)
        .replace("{sessionId}", &target.session)
        .replace("{permissionId}", &target.permission);
    client.request(row.method.clone(), &path, (row.body)(target).as_ref()).await
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
         SELECT {UUID}, {UUID}, '{user}', 0, 9000000000000, 9000000000000 RETURNING id"
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
