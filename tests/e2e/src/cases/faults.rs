//! What goes wrong around a deployment, and must neither block nor open anything.

use std::collections::BTreeMap;
use std::time::Duration;

use accounts::{GuessSubject, SessionToken};
use http::Method;
use serde_json::{Value, json};
use testkit::{Behaviour, Client, World};

use super::mail::last_mail;
use super::revocation::{cached, cached_at_last};
use super::{
    PASSWORD, assign, count, create_role, make_token, member, my_id, permission_id, signed_in, super_admin,
};

/// Much longer than any answer takes, and shorter than session-state hangs.
const PATIENCE: Duration = Duration::from_secs(45);

fn same_cookie<'w, W: World>(world: &'w W, client: &Client<'_, W>) -> Client<'w, W> {
    let mut copy = Client::new(world);
    copy.session.clone_from(&client.session);
    copy
}

fn record_key<W: World>(client: &Client<'_, W>) -> String {
    format!("session/{}", SessionToken::parse(client.session.as_ref().unwrap()).unwrap().hash())
}

/// Whatever is left of the outbox is due, and done.
async fn catch_up<W: World>(world: &W) {
    for _ in 0..60 {
        world.sql("UPDATE outbox SET due_at = 1").await;
        world.run_cron().await;
        if count(world, "outbox").await == 0 {
            return;
        }
        // Attempts from before may still be waiting.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("the outbox does not empty: {:?}", world.sql("SELECT * FROM outbox").await);
}

/// Puts the store back to what it held, as a location does that has not heard of what came after.
async fn turn_back<W: World>(world: &W, before: &BTreeMap<String, String>) {
    for key in world.kv().await.keys().filter(|key| !before.contains_key(*key)) {
        world.set_kv(key, None).await;
    }
    for (key, value) in before {
        world.set_kv(key, Some(value)).await;
    }
}

/// Sign-in, sign-out, revocation and load-user go on without it; what it missed it is told later.
pub async fn session_state_that_fails_or_hangs_blocks_nothing_and_catches_up<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let role = create_role(&mut admin, "auditor", &["roles:read"]).await;
    for (behaviour, email) in [(Behaviour::Fails, "ada@example.com"), (Behaviour::Hangs, "bob@example.com")] {
        world.set_session_state(Behaviour::Works).await;
        let mut user = member(world, email).await;
        let id = my_id(&mut user).await;
        cached_at_last(world, &user).await;
        let before = same_cookie(world, &user);
        world.set_session_state(behaviour).await;

        let go_on = async {
            let mut phone = signed_in(world, email).await;
            phone.get("/load-user").await.expect(200);
            assign(&mut admin, &id, &role).await;
            phone.get("/rbac/roles").await.expect(200);
            let record = phone.post("/sessions/refresh", &json!({})).await.expect(200).json();
            assert_eq!(record["permissions"], json!(["roles:read", "users:read"]));
            admin.delete(&format!("/rbac/users/{id}/roles/{role}")).await.expect(204);
            phone.get("/rbac/roles").await.expect_problem(403, "permission_denied");
            user.post("/logout", &json!({})).await.expect(204);
            phone.delete("/sessions").await.expect(204);
            phone
        };
        let phone = tokio::time::timeout(PATIENCE, go_on).await;
        let phone = phone.unwrap_or_else(|_| panic!("{behaviour:?}: somebody was kept waiting"));
        same_cookie(world, &before).get("/load-user").await.expect_problem(401, "unauthenticated");
        assert!(cached(world, &before).await.is_some(), "{behaviour:?}: the cache does not know yet");

        world.set_session_state(Behaviour::Works).await;
        catch_up(world).await;
        assert_eq!(cached(world, &before).await, None, "{behaviour:?}");
        // The session that began meanwhile has no record, or gets one by its first refresh.
        same_cookie(world, &phone).post("/sessions/refresh", &json!({})).await.expect(200);
        let record = cached(world, &phone).await.unwrap();
        assert_eq!(record["session"]["permissions"], json!(["users:read"]), "{behaviour:?}");
    }
}

/// Strict checks deny at once; a cached check does once the record was refreshed, and by itself once the store has caught
/// up.
pub async fn a_store_that_answers_with_what_was_opens_no_strict_check<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let role = create_role(&mut admin, "auditor", &["roles:read"]).await;
    let ada_id = my_id(&mut member(world, "ada@example.com").await).await;
    assign(&mut admin, &ada_id, &role).await;
    world.settle().await;
    let mut ada = signed_in(world, "ada@example.com").await;
    let with_role = cached_at_last(world, &ada).await;
    assert_eq!(with_role["session"]["permissions"], json!(["roles:read", "users:read"]));

    let old = world.kv().await;
    admin.delete(&format!("/rbac/users/{ada_id}/roles/{role}")).await.expect(204);
    world.settle().await;
    assert_eq!(cached(world, &ada).await, None);
    turn_back(world, &old).await;
    assert_eq!(cached(world, &ada).await.unwrap(), with_role, "as elsewhere, for as long as KV takes");
    ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
    let record = ada.post("/sessions/refresh", &json!({})).await.expect(200).json();
    assert_eq!(record["permissions"], json!(["users:read"]));
    assert_eq!(cached(world, &ada).await.unwrap()["session"]["permissions"], json!(["users:read"]));

    let old = world.kv().await;
    let mut before = same_cookie(world, &ada);
    ada.post("/logout", &json!({})).await.expect(204);
    world.settle().await;
    let new = world.kv().await;
    turn_back(world, &old).await;
    assert!(cached(world, &before).await.is_some());
    before.get("/load-user").await.expect_problem(401, "unauthenticated");
    before.post("/sessions/refresh", &json!({})).await.expect_problem(401, "unauthenticated");
    turn_back(world, &new).await;
    assert_eq!(cached(world, &before).await, None);
}

/// It counts as missing, and the next refresh writes it anew.
pub async fn a_record_that_can_not_be_read_is_none_and_is_written_anew<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    cached_at_last(world, &ada).await;
    let key = record_key(&ada);
    let good = world.kv().await[&key].clone();
    let mut earlier: Value = serde_json::from_str(&good).unwrap();
    earlier["version"] = json!(0);
    for bad in [
        "garbage",
        "null",
        "[]",
        "{}",
        &good[..good.len() / 2],
        &earlier.to_string(),
        r#"{"version":2,"who":"somebody else's idea of a record"}"#,
        &"x".repeat(100_000),
    ] {
        world.set_kv(&key, Some(bad)).await;
        let shown: String = bad.chars().take(40).collect();
        assert_eq!(cached(world, &ada).await, None, "{shown}");
        ada.get("/load-user").await.expect(200);
        ada.post("/sessions/refresh", &json!({})).await.expect(200);
        assert_eq!(cached(world, &ada).await.unwrap()["freshness"], "fresh", "{shown}");
    }

    // An epoch that can't be read makes permissions stale, not believed; the next change of the role data mends it.
    world.set_kv("meta/epoch", Some("many")).await;
    assert_eq!(cached(world, &ada).await.unwrap()["freshness"], "stale");
    let mut admin = super_admin(world, "root@example.com").await;
    let role = create_role(&mut admin, "auditor", &["roles:read"]).await;
    let read = permission_id(world, "roles:read").await;
    admin.delete(&format!("/rbac/roles/{role}/permissions/{read}")).await.expect(204);
    world.settle().await;
    ada.post("/sessions/refresh", &json!({})).await.expect(200);
    assert_eq!(cached(world, &ada).await.unwrap()["freshness"], "fresh");
}

/// The last statement of the batch fails, which is its audit event: nothing of it lands, and nobody is told that it did.
pub async fn a_batch_that_fails_half_way_has_no_effect<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let role = create_role(&mut admin, "auditor", &["roles:read"]).await;
    let mut ada = member(world, "ada@example.com").await;
    let other = signed_in(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    let token = make_token(world, &ada_id, "reset_password").await;
    world.settle().await;
    let other = SessionToken::parse(other.session.as_ref().unwrap()).unwrap().hash();
    let other = world.sql(&format!("SELECT id FROM sessions WHERE token_hash = '{other}'")).await;
    let other = format!("/sessions/{}", super::text(&other[0]["id"]));

    world
        .sql(
            "CREATE TRIGGER made_to_fail BEFORE INSERT ON audit_log \
             BEGIN SELECT RAISE(ABORT, 'made to fail'); END",
        )
        .await;
    let new = json!({ "username": "bob@example.com", "password": PASSWORD });
    let login = json!({ "username": "ada@example.com", "password": PASSWORD });
    let change = json!({ "currentPassword": PASSWORD, "newPassword": "another horse battery" });
    let reset = json!({ "token": token, "password": "another horse battery" });
    let roles = format!("/rbac/users/{ada_id}/roles");
    let by_ada = [
        (Method::POST, "/register", Some(new)),
        (Method::POST, "/login", Some(login)),
        (Method::POST, "/change-password", Some(change)),
        (Method::POST, "/forgot-password-new-password", Some(reset)),
        (Method::POST, "/delete-account", Some(json!({ "password": PASSWORD }))),
        (Method::POST, "/tokens", Some(json!({ "name": "CI", "scopes": [] }))),
        (Method::DELETE, "/sessions", None),
        (Method::DELETE, other.as_str(), None),
        (Method::POST, "/logout", Some(json!({}))),
    ];
    let by_admin = [
        (Method::POST, roles.as_str(), Some(json!({ "roleId": role }))),
        (Method::POST, "/rbac/roles", Some(json!({ "name": "another" }))),
    ];
    let before = everything(world).await;
    for (client, requests) in [(&mut ada, &by_ada[..]), (&mut admin, &by_admin[..])] {
        for (method, path, body) in requests {
            let reply = client.request(method.clone(), path, body.as_ref()).await;
            let reply = reply.expect_problem(503, "unavailable");
            assert!(!reply.text().contains("made to fail"), "internal text stays inside");
            assert!(!reply.headers.contains_key("set-cookie"), "{method} {path}");
            assert_eq!(everything(world).await, before, "{method} {path}");
        }
    }
    world.sql("DROP TRIGGER made_to_fail").await;
    ada.post("/delete-account", &json!({ "password": PASSWORD })).await.expect(204);
}

/// The content of every table that a change touches.
async fn everything<W: World>(world: &W) -> Vec<Value> {
    let mut tables = Vec::new();
    for table in [
        "users",
        "sessions",
        "one_time_tokens",
        "user_roles",
        "roles",
        "role_permissions",
        "api_tokens",
        "rbac_meta",
        "outbox",
        "audit_log",
    ] {
        // When a session was last used is no part of any of these changes.
        let columns = if table == "sessions" { "id, token_hash" } else { "*" };
        tables.push(json!(world.sql(&format!("SELECT {columns} FROM {table} ORDER BY 1, 2")).await));
    }
    tables
}

/// What it wrote lies in the future, and holds up nobody once it is right again.
pub async fn a_clock_that_was_far_ahead_holds_nothing_up<W: World>(world: &mut W) {
    const AHEAD: &str = "4102444800000";
    let mut ada = member(world, "ada@example.com").await;
    cached_at_last(world, &ada).await;
    // Failed sign-ins.
    let subject = GuessSubject::account(&"ada@example.com".parse().unwrap());
    world.sql(&format!("INSERT INTO sign_in_failures VALUES ('{subject}', 14, {AHEAD})")).await;
    let mut phone = signed_in(world, "ada@example.com").await;
    // A mail that was asked for.
    let user = my_id(&mut ada).await;
    world
        .sql(&format!(
            "INSERT INTO mail_requests (user_id, template, outbox_id, requested_at) \
             VALUES ('{user}', 'reset_password', 'x', {AHEAD})"
        ))
        .await;
    ada.post("/forgot-password", &json!({ "username": "ada@example.com" })).await.expect(202);
    assert_eq!(last_mail(world, "ada@example.com").await.subject, "Set a new password");
    // A record: nobody knows how old it is.
    let key = record_key(&ada);
    let mut record: Value = serde_json::from_str(&world.kv().await[&key]).unwrap();
    record["createdAt"] = AHEAD.parse::<i64>().unwrap().into();
    world.set_kv(&key, Some(&record.to_string())).await;
    assert_eq!(cached(world, &ada).await.unwrap()["freshness"], "stale");
    ada.post("/sessions/refresh", &json!({})).await.expect(200);
    assert_eq!(cached(world, &ada).await.unwrap()["freshness"], "fresh");
    // Work in the outbox.
    world.set_session_state(Behaviour::Fails).await;
    let before = same_cookie(world, &phone);
    phone.post("/logout", &json!({})).await.expect(204);
    for _ in 0..100 {
        if count(world, "outbox WHERE attempts > 0").await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    world.sql(&format!("UPDATE outbox SET due_at = {AHEAD}")).await;
    world.set_session_state(Behaviour::Works).await;
    world.run_cron().await;
    assert_eq!((cached(world, &before).await, count(world, "outbox").await), (None, 0));
    // A session that began then can be used, seen and ended.
    world.sql(&format!("UPDATE sessions SET created_at = {AHEAD}, last_seen_at = {AHEAD}")).await;
    ada.get("/load-user").await.expect(200);
    assert_eq!(ada.get("/sessions").await.expect(200).json()["items"].as_array().unwrap().len(), 1);
    ada.post("/logout", &json!({})).await.expect(204);
}

/// What it wrote is over, and stays shut.
pub async fn a_clock_that_was_far_behind_opens_nothing<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    cached_at_last(world, &ada).await;
    let user = my_id(&mut ada).await;
    let token = make_token(world, &user, "reset_password").await;
    let body = json!({ "token": token, "password": "another horse battery" });
    world.sql("UPDATE one_time_tokens SET created_at = 1, expires_at = 3600001").await;
    ada.post("/forgot-password-new-password", &body).await.expect_problem(400, "token_invalid");
    let key = record_key(&ada);
    let mut record: Value = serde_json::from_str(&world.kv().await[&key]).unwrap();
    record["createdAt"] = json!(1);
    world.set_kv(&key, Some(&record.to_string())).await;
    assert_eq!(cached(world, &ada).await.unwrap()["freshness"], "stale");
    world.sql("UPDATE sessions SET created_at = 1, last_seen_at = 1").await;
    ada.get("/load-user").await.expect_problem(401, "unauthenticated");
    signed_in(world, "ada@example.com").await.get("/load-user").await.expect(200);
}
