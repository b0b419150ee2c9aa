//! API tokens: what they open, and above all what they do not.

use http::header::AUTHORIZATION;
use http::{Method, Request};
use serde_json::{Value, json};
use testkit::{Client, World};

use super::{
    assign, count, create_role, member, my_id, permission_id, register_permissions, role_id, super_admin,
    text,
};

/// Creates a token; gives its id and a program that uses it.
async fn token<'w, W: World>(
    world: &'w W,
    owner: &mut Client<'_, W>,
    scopes: &[&str],
) -> (String, Client<'w, W>) {
    let body = json!({ "name": "CI", "scopes": scopes });
    let made = owner.post("/tokens", &body).await.expect(201).json();
    let mut program = Client::new(world);
    program.token = Some(text(&made["token"]));
    (text(&made["id"]), program)
}

async fn permissions<W: World>(client: &mut Client<'_, W>) -> Value {
    client.get("/load-user").await.expect(200).json()["permissions"].clone()
}

/// Of what its owner may do, what its scopes name, and nothing else.
pub async fn a_token_acts_within_its_scopes<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let root_id = my_id(&mut admin).await;
    let (id, mut program) = token(world, &mut admin, &["roles:read", "roles:write"]).await;
    let user = program.get("/load-user").await.expect(200).json();
    assert_eq!((&user["userId"], &user["username"]), (&json!(root_id), &json!("root@example.com")));
    assert_eq!(user["permissions"], json!(["roles:read", "roles:write"]));
    program.get("/rbac/roles").await.expect(200);
    create_role(&mut program, "made by a program", &["roles:read"]).await;
    let reply = program.get("/rbac/permissions").await.expect_problem(403, "permission_denied");
    assert_eq!(reply.json()["required"], "permissions:read");
    // Nobody hands on by a token what the token does not hold.
    let body = json!({ "name": "more", "permissions": ["users:read"] });
    program.post("/rbac/roles", &body).await.expect_problem(403, "exceeds_own_grants");
    let check = json!({ "permissions": ["roles:read", "users:read", "admin:all"], "mode": "any" });
    let decisions = program.post("/rbac/check", &check).await.expect(200).json()["permissions"].clone();
    assert_eq!(decisions, json!({ "roles:read": true, "users:read": false, "admin:all": false }));

    let event = world.sql("SELECT actor_id, details FROM audit_log WHERE action = 'role.created'").await;
    assert_eq!(event[0]["actor_id"], root_id);
    let details: Value = serde_json::from_str(event[0]["details"].as_str().unwrap()).unwrap();
    assert_eq!(details["apiToken"], id);

    let (_, mut everything) = token(world, &mut admin, &["admin:all"]).await;
    everything.get("/rbac/permissions").await.expect(200);
}

/// Neither more permissions nor wider ones.
pub async fn scopes_beyond_what_one_holds_are_refused<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    for (scope, allowed) in [
        ("users:read", true),
        ("users:update", false),
        ("users:*", false),
        ("*:read", false),
        ("admin:all", false),
    ] {
        let reply = ada.post("/tokens", &json!({ "name": "CI", "scopes": ["users:read", scope] })).await;
        if allowed {
            reply.expect(201);
        } else {
            let reply = reply.expect_problem(403, "exceeds_own_grants");
            assert_eq!(reply.json()["missing"], json!([scope]));
        }
    }
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("x".repeat(101))),
        ("expiresInDays", json!(0)),
        ("expiresInDays", json!(366)),
        ("expiresInDays", json!(-1)),
        ("expiresInDays", json!("90")),
        ("scopes", json!(vec!["users:read"; 101])),
    ] {
        let mut body = json!({ "name": "CI", "scopes": [] });
        body[field] = value;
        let reply = ada.post("/tokens", &body).await.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], field);
    }
    assert_eq!(count(world, "api_tokens").await, 1);
}

/// At the next request, in both directions, and whichever way it shrinks.
pub async fn a_token_shrinks_with_its_owner<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    register_permissions(&mut admin, &["docs:read", "docs:write"]).await;
    admin.post("/rbac/permissions", &json!({ "name": "docs:*" })).await.expect(201);
    let auditor = create_role(&mut admin, "auditor", &["roles:read"]).await;
    let editor = create_role(&mut admin, "editor", &["docs:*"]).await;
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    assign(&mut admin, &ada_id, &auditor).await;
    assign(&mut admin, &ada_id, &editor).await;
    let (_, mut program) = token(world, &mut ada, &["roles:read", "docs:*"]).await;
    program.get("/rbac/roles").await.expect(200);

    let assignment = format!("/rbac/users/{ada_id}/roles/{auditor}");
    admin.delete(&assignment).await.expect(204);
    program.get("/rbac/roles").await.expect_problem(403, "permission_denied");
    assert_eq!(permissions(&mut program).await, json!(["docs:*"]));
    assign(&mut admin, &ada_id, &auditor).await;
    program.get("/rbac/roles").await.expect(200);
    let read = permission_id(world, "roles:read").await;
    admin.delete(&format!("/rbac/roles/{auditor}/permissions/{read}")).await.expect(204);
    program.get("/rbac/roles").await.expect_problem(403, "permission_denied");

    // A wildcard of the scopes is no wider than what the owner is left with.
    let narrower = json!({ "permissions": ["docs:read"] });
    admin.put(&format!("/rbac/roles/{editor}/permissions"), &narrower).await.expect(200);
    assert_eq!(permissions(&mut program).await, json!(["docs:read"]));
    let check = json!({ "permissions": ["docs:read", "docs:write"], "mode": "any" });
    let decisions = program.post("/rbac/check", &check).await.expect(200).json()["permissions"].clone();
    assert_eq!(decisions, json!({ "docs:read": true, "docs:write": false }));
}

/// `admin:all` of the scopes is worth what its owner still is.
pub async fn a_token_of_a_demoted_admin_manages_nothing<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let mut second = super_admin(world, "second@example.com").await;
    let second_id = my_id(&mut second).await;
    let (_, mut all) = token(world, &mut second, &["admin:all"]).await;
    let (_, mut reader) = token(world, &mut second, &["*:read"]).await;
    all.get("/rbac/roles").await.expect(200);
    reader.get("/rbac/roles").await.expect(200);
    let super_admin_role = role_id(world, "SUPER_ADMIN").await;
    admin.delete(&format!("/rbac/users/{second_id}/roles/{super_admin_role}")).await.expect(204);
    for program in [&mut all, &mut reader] {
        assert_eq!(permissions(program).await, json!(["users:read"]));
        program.get("/rbac/roles").await.expect_problem(403, "permission_denied");
        let body = json!({ "roleId": super_admin_role });
        let path = format!("/rbac/users/{second_id}/roles");
        program.post(&path, &body).await.expect_problem(403, "permission_denied");
    }
}

/// That takes a session, whatever the scopes.
pub async fn a_token_manages_neither_tokens_nor_sessions_nor_passwords<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let (id, mut program) = token(world, &mut admin, &["admin:all"]).await;
    let session = text(&admin.get("/sessions").await.json()["items"][0]["id"]);
    let scopes = json!({ "name": "x", "scopes": [] });
    let password = json!({ "currentPassword": super::PASSWORD, "newPassword": "another horse battery" });
    let present = json!({ "password": super::PASSWORD });
    for (method, path, body) in [
        (Method::GET, "/tokens".to_owned(), None),
        (Method::POST, "/tokens".to_owned(), Some(&scopes)),
        (Method::DELETE, format!("/tokens/{id}"), None),
        (Method::GET, "/sessions".to_owned(), None),
        (Method::DELETE, "/sessions".to_owned(), None),
        (Method::DELETE, format!("/sessions/{session}"), None),
        (Method::POST, "/sessions/refresh".to_owned(), None),
        (Method::POST, "/change-password".to_owned(), Some(&password)),
        (Method::POST, "/delete-account".to_owned(), Some(&present)),
        (Method::POST, "/logout".to_owned(), None),
    ] {
        let reply = program.request(method.clone(), &path, body).await;
        assert_eq!(reply.status, 403, "{method} {path}: {}", reply.text());
        reply.expect_problem(403, "session_required");
    }
    admin.get("/load-user").await.expect(200);
    assert_eq!((count(world, "api_tokens").await, count(world, "sessions").await), (1, 1));
}

/// A token opens what its scopes name; that something is its owner's opens nothing more.
pub async fn a_token_without_the_scope_may_not_even_touch_its_owners_account<W: World>(world: &mut W) {
    {
        let mut ada = member(world, "ada@example.com").await;
        let id = my_id(&mut ada).await;
        let (account, roles) = (format!("/users/{id}"), format!("/rbac/users/{id}/roles"));
        let (_, mut program) = token(world, &mut ada, &[]).await;
        assert_eq!(permissions(&mut program).await, json!([]));
        program.get(&account).await.expect_problem(403, "permission_denied");
        program.get(&roles).await.expect_problem(403, "permission_denied");
        program.put(&account, &json!({ "firstName": "A" })).await.expect_problem(403, "permission_denied");
        program.delete(&account).await.expect_problem(403, "permission_denied");
        let (_, mut reader) = token(world, &mut ada, &["users:read"]).await;
        reader.get(&account).await.expect(200);
    }
    // Nor does the rule from before, which knew no tokens.
    world.restart_with(&[("USER_MGMT_ENFORCE", "off")]).await;
    let mut ada = Client::new(world);
    ada.login("ada@example.com", super::PASSWORD).await.expect(200);
    let account = format!("/users/{}", my_id(&mut ada).await);
    let (_, mut program) = token(world, &mut ada, &["users:read"]).await;
    program.put(&account, &json!({ "firstName": "A" })).await.expect_problem(403, "forbidden");
    program.delete(&account).await.expect_problem(403, "forbidden");
    ada.get(&account).await.expect(200);
}

/// Expired, revoked, of an account that is suspended or gone: from the next request on.
pub async fn a_token_that_is_over_is_nobodys<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let mut ada = member(world, "ada@example.com").await;
    let mut bob = member(world, "bob@example.com").await;
    let ada_id = my_id(&mut ada).await;
    let (id, mut program) = token(world, &mut ada, &["users:read"]).await;
    let (_, mut of_bob) = token(world, &mut bob, &["users:read"]).await;
    world
        .sql(
            "INSERT INTO tenants (id, name, status, created_at) \
             VALUES ('00000000-0000-7000-8000-0000000000ee', 'closed', 'suspended', 0)",
        )
        .await;
    for (column, over) in [
        ("users SET status", "'suspended'"),
        ("users SET tenant_id", "'00000000-0000-7000-8000-0000000000ee'"),
        ("api_tokens SET expires_at", "1"),
    ] {
        let (table, name) = column.split_once(" SET ").unwrap();
        let owner = if table == "users" { "id" } else { "user_id" };
        let rows = world.sql(&format!("SELECT {name} FROM {table} WHERE {owner} = '{ada_id}'")).await;
        let before = rows[0][name].to_string().replace('"', "'");
        let set = async |value: &str| {
            world.sql(&format!("UPDATE {column} = {value} WHERE {owner} = '{ada_id}'")).await;
        };
        set(over).await;
        program.get("/load-user").await.expect_problem(401, "unauthenticated");
        set(&before).await;
        program.get("/load-user").await.expect(200);
    }
    program.get("/load-user").await.expect(200);

    ada.delete(&format!("/tokens/{id}")).await.expect(204);
    program.get("/load-user").await.expect_problem(401, "unauthenticated");
    ada.delete(&format!("/tokens/{id}")).await.expect_problem(404, "not_found");
    let bob_id = my_id(&mut bob).await;
    admin.delete(&format!("/users/{bob_id}")).await.expect(204);
    of_bob.get("/load-user").await.expect_problem(401, "unauthenticated");
    assert_eq!(count(world, "api_tokens").await, 0);
    assert_eq!(count(world, "audit_log WHERE action IN ('token.created', 'token.revoked')").await, 3);
    let change = |action: &str, of: &str| {
        format!(
            "SELECT json_extract(details, '$.{of}') AS change FROM audit_log WHERE action = '{action}' AND target_id = '{id}'"
        )
    };
    let made = world.sql(&change("token.created", "after")).await;
    assert_eq!(made.len(), 1);
    assert_eq!(world.sql(&change("token.revoked", "before")).await, made);
}

/// Listed without it ever after, and kept as a hash.
pub async fn a_token_is_shown_once_and_to_its_owner_alone<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let mut bob = member(world, "bob@example.com").await;
    let body = json!({ "name": " CI ", "scopes": ["users:read"], "expiresInDays": 7 });
    let made = ada.post("/tokens", &body).await.expect(201).json();
    let (id, secret) = (text(&made["id"]), text(&made["token"]));
    assert!(secret.starts_with("edw_") && secret.len() == 47, "{secret}");

    let listed = ada.get("/tokens").await.expect(200).json();
    let mut expected = made.clone();
    expected.as_object_mut().unwrap().remove("token");
    assert_eq!(listed["items"], json!([expected]));
    assert_eq!(listed["items"][0]["name"], "CI");
    let stored = json!([
        world.sql("SELECT * FROM api_tokens").await,
        world.sql("SELECT * FROM audit_log").await,
        listed,
    ]);
    assert!(!stored.to_string().contains(&secret[4..]));
    let hash = accounts::ApiToken::parse(&secret).unwrap().hash().to_string();
    assert_eq!(stored[0][0]["token_hash"], hash);
    let lifetime = |row: &Value| row["expires_at"].as_i64().unwrap() - row["created_at"].as_i64().unwrap();
    assert_eq!(lifetime(&stored[0][0]), 7 * 86_400_000);

    assert_eq!(bob.get("/tokens").await.expect(200).json()["items"], json!([]));
    bob.delete(&format!("/tokens/{id}")).await.expect_problem(404, "not_found");
    assert_eq!(count(world, "api_tokens").await, 1);

    let mut program = Client::new(world);
    program.token = Some(secret);
    program.get("/load-user").await.expect(200);
    for _ in 0..100 {
        if ada.get("/tokens").await.json()["items"][0]["lastUsedAt"].is_string() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the use of the token was not written down");
}

/// One is not the other, and both at once are neither.
pub async fn a_token_is_no_session_and_a_session_no_token<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let (_, program) = token(world, &mut ada, &["users:read"]).await;
    let (secret, session) = (program.token.clone().unwrap(), ada.session.clone().unwrap());
    let mut client = Client::new(world);
    for cookie in [&secret, &secret[4..]] {
        client.session = Some(cookie.to_owned());
        client.get("/load-user").await.expect_problem(401, "unauthenticated");
    }
    client.session = None;
    let hash = accounts::ApiToken::parse(&secret).unwrap().hash();
    for bearer in
        [session.clone(), format!("edw_{session}"), format!("edw_{hash}"), String::new(), "x".repeat(8_000)]
    {
        client.token = Some(bearer);
        client.get("/load-user").await.expect_problem(401, "unauthenticated");
    }
    for bearer in [secret.clone(), "garbage".to_owned()] {
        client.token = Some(bearer);
        client.session = Some(session.clone());
        client.get("/load-user").await.expect_problem(400, "two_credentials");
        client.get("/rbac/roles").await.expect_problem(400, "two_credentials");
        client.post("/logout", &json!({})).await.expect_problem(400, "two_credentials");
    }
    ada.get("/load-user").await.expect(200);

    let send = async |value: String| {
        let request = Request::get("http://localhost:8787/api/load-user").header(AUTHORIZATION, value);
        Client::new(world).send(request.body(vec![]).unwrap()).await.status.as_u16()
    };
    assert_eq!(send(format!("bearer {secret}")).await, 200);
    assert_eq!(send(format!("BEARER   {secret}")).await, 200);
    for value in [secret.clone(), format!("Basic {secret}"), format!("Bearer {secret}, {secret}")] {
        assert_eq!(send(value).await, 401);
    }
}

/// Hidden as if they had never been, and back again with the flag.
pub async fn rbac_off_hides_tokens_and_keeps_them<W: World>(world: &mut W) {
    let (secret, unknown) = {
        let mut ada = member(world, "ada@example.com").await;
        let (_, program) = token(world, &mut ada, &["users:read"]).await;
        (program.token, ada.get("/nothing").await.expect(404).json()["detail"].clone())
    };
    world.restart_with(&[("RBAC_ENABLED", "off")]).await;
    {
        let mut program = Client::new(world);
        program.token.clone_from(&secret);
        program.get("/load-user").await.expect_problem(401, "unauthenticated");
        let mut ada = Client::new(world);
        ada.login("ada@example.com", super::PASSWORD).await.expect(200);
        assert_eq!(ada.get("/tokens").await.expect_problem(404, "not_found").json()["detail"], unknown);
        // The header means nothing, as before there were tokens.
        ada.token.clone_from(&secret);
        ada.get("/load-user").await.expect(200);
    }
    world.restart_with(&[("RBAC_ENABLED", "on")]).await;
    let mut program = Client::new(world);
    program.token = secret;
    assert_eq!(permissions(&mut program).await, json!(["users:read"]));
}

/// Those that have ended don't count.
pub async fn a_user_has_so_many_tokens_and_no_more<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let made = json!({ "name": "CI", "scopes": [] });
    let first = text(&ada.post("/tokens", &made).await.expect(201).json()["id"]);
    let more = "INSERT INTO api_tokens (id, token_hash, user_id, name, scopes, created_at, expires_at) \
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 98) \
                SELECT 'token ' || i, 'hash ' || i, user_id, name, scopes, created_at, expires_at FROM n, api_tokens";
    world.sql(more).await;
    ada.post("/tokens", &made).await.expect(201);
    ada.post("/tokens", &made).await.expect_problem(409, "too_many_tokens");
    member(world, "bob@example.com").await.post("/tokens", &made).await.expect(201);
    ada.delete(&format!("/tokens/{first}")).await.expect(204);
    ada.post("/tokens", &made).await.expect(201);
    world.sql("UPDATE api_tokens SET expires_at = 1 WHERE id = 'token 1'").await;
    ada.post("/tokens", &made).await.expect(201);
    ada.post("/tokens", &made).await.expect_problem(409, "too_many_tokens");
}
