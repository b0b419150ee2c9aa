//! Registration, sign-in, sign-out, and one's own account.

use http::header::{ALLOW, CONTENT_TYPE, SET_COOKIE};
use http::{Method, Request};
use serde_json::json;
use testkit::{Client, World};

use super::mail::last_mail;
use super::revocation::{cached, cached_at_last};
use super::{PASSWORD, assign, count, create_role, member, my_id, signed_in, super_admin, text};

/// A new account has the role that every account starts with, and knows it.
pub async fn register_then_sign_in_loads_the_user<W: World>(world: &mut W) {
    let mut client = Client::new(world);
    let body = json!({ "username": " Ada@Example.com ", "password": PASSWORD, "firstName": "Ada" });
    let reply = client.post("/register", &body).await.expect(201);
    assert_eq!(reply.json(), json!({ "username": "ada@example.com", "emailVerificationRequired": false }));
    client.get("/load-user").await.expect_problem(401, "unauthenticated");

    let reply = client.login("ADA@example.com", PASSWORD).await.expect(200);
    let cookie = text(&json!(reply.headers[SET_COOKIE].to_str().unwrap()));
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    assert!(cookie.ends_with("; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=2592000"), "{cookie}");
    let user = client.get("/load-user").await.expect(200).json();
    assert_eq!(user, reply.json());
    assert_eq!(user["username"], "ada@example.com");
    assert_eq!(user["firstName"], "Ada");
    assert_eq!(user["tenant"], "default");
    assert_eq!(user["roles"], json!(["MEMBER"]));
    assert_eq!(user["permissions"], json!(["users:read"]));
}

/// Status, body and headers are the same, but for the id of the request and the time it took.
pub async fn login_answers_a_stranger_and_a_wrong_password_alike<W: World>(world: &mut W) {
    let mut client = Client::new(world);
    client.register("ada@example.com", PASSWORD).await.expect(201);
    let mut answers = Vec::new();
    for email in ["ada@example.com", "nobody@example.com"] {
        let reply = client.login(email, "wrong password").await.expect_problem(401, "invalid_credentials");
        let mut body = reply.json();
        body["requestId"].take();
        let mut headers: Vec<String> = reply
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        headers.retain(|line| {
            !["x-request-id", "server-timing", "date"].iter().any(|name| line.starts_with(name))
        });
        headers.sort();
        answers.push((body, headers));
    }
    assert_eq!(answers[0], answers[1]);
}

/// The next request with the same cookie is nobody's.
pub async fn logout_ends_the_session<W: World>(world: &mut W) {
    let mut client = member(world, "ada@example.com").await;
    let session = client.session.clone();
    let reply = client.post("/logout", &json!({})).await.expect(204);
    assert!(reply.headers[SET_COOKIE].to_str().unwrap().starts_with("__Host-session=; "));
    assert_eq!(client.session, None);
    client.session = session;
    client.get("/load-user").await.expect_problem(401, "unauthenticated");
    assert_eq!(count(world, "sessions").await, 0);
    // Once more, and without any cookie: it is over already.
    client.post("/logout", &json!({})).await.expect(204);
    Client::new(world).post("/logout", &json!({})).await.expect(204);
}

/// The database knows the token's hash alone.
pub async fn the_token_is_nowhere_but_in_the_cookie<W: World>(world: &mut W) {
    let client = member(world, "ada@example.com").await;
    let token = client.session.clone().unwrap();
    let rows = world.sql("SELECT * FROM sessions").await;
    assert_eq!(rows.len(), 1);
    assert!(!json!(rows).to_string().contains(&token));
    let hash = accounts::SessionToken::parse(&token).unwrap().hash().to_string();
    assert_eq!(rows[0]["token_hash"], hash);
}

/// Cookies come along from anywhere; the right to use them does not.
pub async fn a_browser_of_another_origin_is_refused<W: World>(world: &mut W) {
    let mut client = member(world, "ada@example.com").await;
    for (name, value, allowed) in [
        ("origin", "https://evil.example", false),
        ("origin", "null", false),
        ("sec-fetch-site", "cross-site", false),
        ("sec-fetch-site", "same-site", false),
        ("origin", "http://localhost:8787", true),
        ("sec-fetch-site", "same-origin", true),
    ] {
        let request = Request::post("http://localhost:8787/api/rbac/check")
            .header(CONTENT_TYPE, "application/json")
            .header(name, value)
            .body(json!({ "permissions": ["users:read"] }).to_string().into_bytes())
            .unwrap();
        let reply = client.send(request).await;
        if allowed {
            reply.expect(200);
        } else {
            reply.expect_problem(403, "cross_origin");
        }
    }
}

/// What is absent stays, `null` clears.
pub async fn own_account_can_be_read_and_renamed<W: World>(world: &mut W) {
    // The role that every account starts with holds no `users:update`; one's own account needs none.
    let mut client = member(world, "ada@example.com").await;
    let path = format!("/users/{}", my_id(&mut client).await);
    let user = client.get(&path).await.expect(200).json();
    assert_eq!(
        (&user["username"], &user["status"], &user["emailVerified"]),
        (&json!("ada@example.com"), &json!("active"), &json!(false))
    );
    client.put(&path, &json!({ "firstName": "Ada", "lastName": "Lovelace" })).await.expect(200);
    let user = client.put(&path, &json!({ "lastName": null })).await.expect(200).json();
    assert_eq!((&user["firstName"], &user["lastName"]), (&json!("Ada"), &json!(null)));
    assert_eq!(client.get("/load-user").await.json()["firstName"], "Ada");
}

/// Denials are the same for accounts that exist and for those that do not.
pub async fn the_account_of_another_needs_a_permission<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let mut ada = member(world, "ada@example.com").await;
    let bob_id = my_id(&mut member(world, "bob@example.com").await).await;
    let bob = format!("/users/{bob_id}");
    let nobody = format!("/users/{}", accounts::UserId::from_u128(7));

    // MEMBER holds `users:read`.
    ada.get(&bob).await.expect(200);
    ada.get(&nobody).await.expect_problem(404, "not_found");
    for path in [&bob, &nobody] {
        let reply =
            ada.put(path, &json!({ "firstName": "B" })).await.expect_problem(403, "permission_denied");
        assert_eq!(reply.json()["required"], "users:update");
        ada.delete(path).await.expect_problem(403, "permission_denied");
    }
    let editor = create_role(&mut admin, "editor", &["users:update"]).await;
    let ada_id = my_id(&mut ada).await;
    assign(&mut admin, &ada_id, &editor).await;
    assert_eq!(ada.put(&bob, &json!({ "firstName": "Bob" })).await.expect(200).json()["firstName"], "Bob");
    ada.put(&nobody, &json!({ "firstName": "B" })).await.expect_problem(404, "not_found");
    ada.get("/users/not-an-id").await.expect_problem(404, "not_found");
}

/// Nothing of the account works any more, from the next request on.
pub async fn delete_ends_the_account_and_its_sessions<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let mut bob = member(world, "bob@example.com").await;
    let bob_id = my_id(&mut bob).await;
    admin.delete(&format!("/users/{bob_id}")).await.expect(204);
    bob.get("/load-user").await.expect_problem(401, "unauthenticated");
    bob.login("bob@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    admin.delete(&format!("/users/{bob_id}")).await.expect_problem(404, "not_found");
    assert_eq!(count(world, "sessions").await, 1);
    bob.register("bob@example.com", PASSWORD).await.expect(201);
}

/// By its password alone, and with everything that is its own, in the cache too.
pub async fn own_account_is_deleted_by_its_password<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let mut phone = signed_in(world, "ada@example.com").await;
    let mut bob = member(world, "bob@example.com").await;
    ada.post("/tokens", &json!({ "name": "CI", "scopes": ["users:read"] })).await.expect(201);
    cached_at_last(world, &phone).await;
    let id = my_id(&mut ada).await;
    ada.post("/delete-account", &json!({})).await.expect_problem(400, "invalid_request");
    let reply = ada.post("/delete-account", &json!({ "password": "not the password" })).await;
    assert_eq!(reply.expect_problem(403, "wrong_password").json()["field"], "password");
    ada.get("/load-user").await.expect(200);

    let reply = ada.post("/delete-account", &json!({ "password": PASSWORD })).await.expect(204);
    assert!(reply.headers[SET_COOKIE].to_str().unwrap().starts_with("__Host-session=; "));
    assert_eq!(ada.session, None);
    phone.get("/load-user").await.expect_problem(401, "unauthenticated");
    world.settle().await;
    assert_eq!(cached(world, &phone).await, None);
    bob.get("/load-user").await.expect(200);
    ada.login("ada@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    for table in ["sessions", "api_tokens", "user_roles", "one_time_tokens", "mail_requests"] {
        assert_eq!(count(world, &format!("{table} WHERE user_id = '{id}'")).await, 0, "{table}");
    }
    let events = world.sql("SELECT * FROM audit_log WHERE action = 'user.deleted'").await;
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["actor_id"], &events[0]["target_id"]), (&json!(id), &json!(id)));
    ada.register("ada@example.com", PASSWORD).await.expect(201);
}

/// Whoever has found a session open is held up as at the sign-in, and as one who guesses at the change of the password.
pub async fn deleting_the_account_is_delayed_by_wrong_passwords<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    for _ in 0..5 {
        let wrong = json!({ "password": "not the password" });
        ada.post("/delete-account", &wrong).await.expect_problem(403, "wrong_password");
    }
    world.sql("UPDATE sign_in_failures SET failures = 12 WHERE failures > 0").await;
    let right = json!({ "password": PASSWORD });
    let reply = ada.post("/delete-account", &right).await.expect_problem(429, "too_many_requests");
    assert!(reply.headers.contains_key("retry-after"));
    let change = json!({ "currentPassword": PASSWORD, "newPassword": "another horse battery" });
    ada.post("/change-password", &change).await.expect_problem(429, "too_many_requests");
    world.sql("UPDATE sign_in_failures SET failed_at = failed_at - 128000").await;
    ada.post("/delete-account", &right).await.expect(204);
    assert_eq!(count(world, "sign_in_failures WHERE failures > 0").await, 0);
}

/// A young session proves nothing: only credentials entered at a provider do, which `oidc.rs` shows.
pub async fn an_account_without_a_password_is_not_deleted_by_whoever_finds_a_session<W: World>(
    world: &mut W,
) {
    let mut ada = member(world, "ada@example.com").await;
    assert_eq!(ada.get("/load-user").await.expect(200).json()["hasPassword"], true);
    world.sql("UPDATE users SET password_hash = NULL").await;
    assert_eq!(ada.get("/load-user").await.expect(200).json()["hasPassword"], false);
    for body in [json!({}), json!({ "password": PASSWORD })] {
        ada.post("/delete-account", &body).await.expect_problem(403, "recent_sign_in_required");
    }
    // Whoever reads its mail sets a password, and deletes it by that.
    ada.post("/forgot-password", &json!({ "username": "ada@example.com" })).await.expect(202);
    let token = last_mail(world, "ada@example.com").await.token();
    let body = json!({ "token": token, "password": PASSWORD });
    ada.post("/forgot-password-new-password", &body).await.expect(204);
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    ada.post("/delete-account", &json!({ "password": PASSWORD })).await.expect(204);
    assert_eq!(count(world, "users").await, 0);
}

/// Even when it is its own.
pub async fn the_last_super_admin_can_not_delete_the_own_account<W: World>(world: &mut W) {
    let mut root = super_admin(world, "root@example.com").await;
    let body = json!({ "password": PASSWORD });
    root.post("/delete-account", &body).await.expect_problem(409, "last_super_admin");
    root.get("/rbac/roles").await.expect(200);
    let mut second = super_admin(world, "second@example.com").await;
    root.post("/delete-account", &body).await.expect(204);
    second.post("/delete-account", &body).await.expect_problem(409, "last_super_admin");
}

/// Neither says more than that.
pub async fn an_unknown_path_is_not_found_and_an_unknown_method_not_allowed<W: World>(world: &mut W) {
    let mut client = Client::new(world);
    client.get("/nothing/here").await.expect_problem(404, "not_found");
    client.get("/").await.expect_problem(404, "not_found");
    let reply =
        client.request(Method::DELETE, "/login", None).await.expect_problem(405, "method_not_allowed");
    assert_eq!(reply.headers[ALLOW], "POST");
    let reply =
        client.request(Method::PATCH, "/users/7", None).await.expect_problem(405, "method_not_allowed");
    let allowed = reply.headers[ALLOW].to_str().unwrap().to_owned();
    for method in ["GET", "PUT", "DELETE"] {
        assert!(allowed.contains(method), "{allowed}");
    }
}

/// One id from the browser to the problem and back.
pub async fn a_request_id_spans_the_workers<W: World>(world: &mut W) {
    let mut client = Client::new(world);
    let request = Request::get("http://localhost:8787/api/load-user")
        .header("x-request-id", "abc-123")
        .body(vec![])
        .unwrap();
    let reply = client.send(request).await.expect_problem(401, "unauthenticated");
    assert_eq!(reply.headers["x-request-id"], "abc-123");
    assert_eq!(reply.json()["requestId"], "abc-123");
    assert!(
        reply
            .headers
            .get_all("server-timing")
            .iter()
            .any(|value| value.to_str().unwrap().contains("user-mgmt"))
    );

    let request =
        Request::get("http://localhost:8787/api/load-user").header("x-request-id", "a\tb").body(vec![]);
    let reply = client.send(request.unwrap()).await;
    assert_ne!(reply.headers["x-request-id"], "a\tb");
}

/// As RFC 9110 and RFC 6750 want it; a browser asks nobody for a password on account of it.
pub async fn a_401_says_how_to_authenticate<W: World>(world: &mut W) {
    let challenge = |reply: &testkit::Reply| reply.headers["www-authenticate"].to_str().unwrap().to_owned();
    let mut client = Client::new(world);
    let reply = client.get("/load-user").await.expect(401);
    assert_eq!(challenge(&reply), "Bearer realm=\"edgeward\"");
    let reply = client.login("ada@example.com", PASSWORD).await.expect(401);
    assert_eq!(challenge(&reply), "Bearer realm=\"edgeward\"");
    for token in ["garbage".to_owned(), format!("edw_{}", "A".repeat(43))] {
        let mut program = Client::new(world);
        program.token = Some(token);
        let reply = program.get("/load-user").await.expect_problem(401, "unauthenticated");
        assert_eq!(challenge(&reply), "Bearer realm=\"edgeward\", error=\"invalid_token\"");
    }
    let reply = member(world, "ada@example.com").await.get("/rbac/roles").await.expect(403);
    assert!(!reply.headers.contains_key("www-authenticate"));
}
