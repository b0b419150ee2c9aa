//! Registration, sign-in, sign-out, and one's own account.

use http::header::{ALLOW, CONTENT_TYPE, SET_COOKIE};
use http::{Method, Request};
use serde_json::json;
use testkit::{Client, World};

use super::{PASSWORD, assign, count, create_role, member, my_id, super_admin, text};

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

/// With verification off there is no way to hide it, and the answer says so.
pub async fn register_with_a_taken_address_is_refused<W: World>(world: &mut W) {
    let mut client = Client::new(world);
    client.register("ada@example.com", PASSWORD).await.expect(201);
    client.register("ADA@example.com", "another password").await.expect_problem(409, "email_taken");
    client.login("ada@example.com", PASSWORD).await.expect(200);
    assert_eq!(count(world, "users").await, 1);
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
        Request::get("http://localhost:8787/api/load-user").header("x-request-id", "a b").body(vec![]);
    let reply = client.send(request.unwrap()).await;
    assert_ne!(reply.headers["x-request-id"], "a b");
}
