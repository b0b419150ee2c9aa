//! The defects of the older framework that teams migrate from, each by its name, so that none comes back.

use accounts::SessionToken;
use http::{Method, Request};
use serde_json::json;
use testkit::{Client, World};

use super::mail::{confirmed, let_a_minute_pass, visible};
use super::revocation::{cached, cached_at_last};
use super::sessions::{current, listed};
use super::{
    PASSWORD, assign, count, create_role, make_token, member, my_id, permission_id, signed_in, super_admin,
    text,
};

/// A body that is no JSON, or not what is expected, was a 500.
pub use super::bodies::what_can_not_be_read_is_refused_with_the_field as bad_json_giving_500;

const NEW_PASSWORD: &str = "another horse battery";

/// Scripts could read the session cookie. Whichever answer sets it, or takes it back, keeps it from them.
pub async fn cookie_not_http_only<W: World>(world: &mut W) {
    let mut ada = Client::new(world);
    ada.register("ada@example.com", PASSWORD).await.expect(201);
    let sign_in = json!({ "username": "ada@example.com", "password": PASSWORD });
    let change = json!({ "currentPassword": PASSWORD, "newPassword": PASSWORD });
    for (path, body) in [
        ("/login", sign_in.clone()),
        ("/change-password", change),
        ("/logout", json!({})),
        ("/login", sign_in),
        ("/delete-account", json!({ "password": PASSWORD })),
    ] {
        let reply = ada.post(path, &body).await;
        assert!(reply.status.is_success(), "{path}: {}", reply.text());
        let mut names = Vec::new();
        for cookie in reply.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            names.push(cookie.split('=').next().unwrap().to_owned());
            assert!(
                cookie.contains("; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age="),
                "{path}: {cookie}"
            );
            assert!(!cookie.contains("Domain"), "{path}: {cookie}");
        }
        let device =
            if path == "/login" { &["__Host-session", "__Host-device"][..] } else { &["__Host-session"] };
        assert_eq!(names, device, "{path}");
    }
}

/// Reset tokens were good for ever: nothing looked at the time.
pub async fn reset_token_expiry_ignored<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let id = my_id(&mut ada).await;
    for (purpose, path) in [
        ("reset_password", "/forgot-password-validate"),
        ("reset_password", "/forgot-password-new-password"),
        ("verify_email", "/verify-email"),
    ] {
        let mut body = json!({ "token": make_token(world, &id, purpose).await });
        if path.ends_with("new-password") {
            body["password"] = json!(NEW_PASSWORD);
        }
        world.sql("UPDATE one_time_tokens SET expires_at = 1").await;
        ada.post(path, &body).await.expect_problem(400, "token_invalid");
    }
    ada.login("ada@example.com", PASSWORD).await.expect(200);
}

/// Whoever was signed in stayed so after the owner had set a new password.
pub async fn sessions_alive_after_a_reset<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let mut phone = Client::new(world);
    phone.login("ada@example.com", PASSWORD).await.expect(200);
    let mut bob = member(world, "bob@example.com").await;
    cached_at_last(world, &ada).await;
    let id = my_id(&mut ada).await;
    let body = json!({ "token": make_token(world, &id, "reset_password").await, "password": NEW_PASSWORD });
    Client::new(world).post("/forgot-password-new-password", &body).await.expect(204);
    for client in [&mut ada, &mut phone] {
        client.get("/load-user").await.expect_problem(401, "unauthenticated");
    }
    bob.get("/load-user").await.expect(200);
    world.settle().await;
    assert_eq!(cached(world, &ada).await, None, "the cache has forgotten it too");
    assert_eq!(count(world, &format!("sessions WHERE user_id = '{id}'")).await, 0);
}

/// 404 and 409 told who has an account. Status, headers and body are the same for an address that is known, unknown, or of
/// a suspended account.
pub async fn enumeration_by_404_or_409<W: World>(world: &mut W) {
    world.restart_with(&[("EMAIL_VERIFICATION", "on")]).await;
    confirmed(world, "known@example.com").await;
    confirmed(world, "suspended@example.com").await;
    world.sql("UPDATE users SET status = 'suspended' WHERE email = 'suspended@example.com'").await;
    let_a_minute_pass(world).await;
    let mut client = Client::new(world);
    for path in ["/forgot-password", "/verify-email/resend"] {
        let mut answers = Vec::new();
        for who in ["known", "unknown", "suspended", "known"] {
            let reply = client.post(path, &json!({ "username": format!("{who}@example.com") })).await;
            answers.push(visible(&reply.expect(202)));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{path}: {answers:?}");
    }
    let mut answers = Vec::new();
    for who in ["known@example.com", "xxxxx@example.com"] {
        let (status, headers, body) = visible(&client.register(who, NEW_PASSWORD).await.expect(201));
        answers.push((status, headers, body.replace(who, "")));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    client.login("known@example.com", NEW_PASSWORD).await.expect_problem(401, "invalid_credentials");
    world.settle().await;
    let subjects: Vec<_> =
        world.mails("known@example.com").await.into_iter().map(|mail| mail.subject).collect();
    assert_eq!(
        subjects,
        ["Confirm your e-mail address", "Set a new password", "You already have an account"]
    );
    assert_eq!(world.mails("unknown@example.com").await, []);
    assert_eq!(world.mails("suspended@example.com").await.len(), 1, "only the one from before");
}

/// A session never ended. However often it is used, and however young it is, it has limits.
pub async fn eternal_sessions<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    for limit in ["expires_at = 1", "last_seen_at = 1"] {
        let mut phone = signed_in(world, "ada@example.com").await;
        let id = current(&mut phone).await;
        assert_eq!(listed(&mut ada).await.len(), 2);
        world.sql(&format!("UPDATE sessions SET {limit} WHERE id = '{id}'")).await;
        phone.get("/load-user").await.expect_problem(401, "unauthenticated");
        assert_eq!(listed(&mut ada).await.len(), 1, "{limit}");
    }
}

/// A permission that was taken from a role stayed in the sessions until they ended.
pub async fn stale_permissions<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let role = create_role(&mut admin, "auditor", &["roles:read"]).await;
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    assign(&mut admin, &ada_id, &role).await;
    world.settle().await;
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    ada.get("/rbac/roles").await.expect(200);
    let record = cached_at_last(world, &ada).await;
    assert_eq!(record["freshness"], "fresh");
    assert_eq!(record["session"]["permissions"], json!(["roles:read", "users:read"]));
    assert_eq!(record["session"]["roles"], json!(["auditor", "MEMBER"]));

    let read = permission_id(world, "roles:read").await;
    admin.delete(&format!("/rbac/roles/{role}/permissions/{read}")).await.expect(204);
    ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
    world.settle().await;
    assert_eq!(cached(world, &ada).await.unwrap()["freshness"], "stale");
}

/// The same address could register twice.
pub async fn e_mail_not_unique<W: World>(world: &mut W) {
    let mut client = Client::new(world);
    client.register("ada@example.com", PASSWORD).await.expect(201);
    client.register("ADA@example.com", "another password").await.expect_problem(409, "email_taken");
    client.login("ada@example.com", PASSWORD).await.expect(200);
    assert_eq!(count(world, "users").await, 1);
}

/// Whoever sent another `X-Forwarded-For` was another client, and got past every limit.
pub async fn client_address_from_a_forgeable_header<W: World>(world: &mut W) {
    const FORGEABLE: [&str; 5] =
        ["x-forwarded-for", "x-real-ip", "true-client-ip", "x-client-ip", "forwarded"];
    let mut flood = Client::new(world);
    let mut last = None;
    for number in 0..70 {
        let mut request =
            Request::post("http://localhost:8787/api/login").header("content-type", "application/json");
        for name in FORGEABLE {
            let address = format!("198.51.100.{number}");
            request =
                request.header(name, if name == "forwarded" { format!("for={address}") } else { address });
        }
        let body = json!({ "username": format!("user{number}@example.com"), "password": "x" });
        let reply = flood.send(request.body(body.to_string().into_bytes()).unwrap()).await;
        last = Some(reply.status.as_u16());
        if last == Some(429) {
            break;
        }
    }
    assert_eq!(last, Some(429), "70 attempts from one address were let through");
    // Nor can anybody have somebody else refused by naming their address.
    let mut other = Client::new(world);
    let request = Request::post("http://localhost:8787/api/login")
        .header("content-type", "application/json")
        .header("x-forwarded-for", &flood.address)
        .body(json!({ "username": "ada@example.com", "password": "x" }).to_string().into_bytes());
    other.send(request.unwrap()).await.expect_problem(401, "invalid_credentials");
}

/// A session or a request without a permission array passed the check.
pub async fn missing_permission_array_skipping_the_check<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    cached_at_last(world, &ada).await;
    for body in
        [json!({}), json!({ "permissions": [] }), json!({ "permissions": null }), json!({ "mode": "any" })]
    {
        let reply = ada.post("/rbac/check", &body).await.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], "permissions", "{body}");
    }
    // A record without the array, as one from before RBAC was turned on.
    let key = format!("session/{}", SessionToken::parse(ada.session.as_ref().unwrap()).unwrap().hash());
    let mut record: serde_json::Value = serde_json::from_str(&world.kv().await[&key]).unwrap();
    for member in ["permissions", "roles", "epoch"] {
        record.as_object_mut().unwrap().remove(member);
    }
    world.set_kv(&key, Some(&record.to_string())).await;
    ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
    let record = ada.post("/sessions/refresh", &json!({})).await.expect(200).json();
    assert_eq!(record["permissions"], json!(["users:read"]));
    assert_eq!(cached(world, &ada).await.unwrap()["session"]["permissions"], json!(["users:read"]));
    // And a user of no role has an array, an empty one.
    world.sql(&format!("DELETE FROM user_roles WHERE user_id = '{ada_id}'")).await;
    assert_eq!(ada.get("/load-user").await.expect(200).json()["permissions"], json!([]));
    let check = json!({ "permissions": ["users:read"] });
    assert_eq!(ada.post("/rbac/check", &check).await.expect(200).json()["allowed"], false);
    let someone = accounts::UserId::from_u128(7);
    ada.get(&format!("/users/{someone}")).await.expect_problem(403, "permission_denied");
}

/// Passwords and tokens stood in the log. A whole life of an account leaves none there.
pub async fn secret_in_the_log<W: World>(world: &mut W) {
    world.restart_with(&[("EMAIL_VERIFICATION", "on")]).await;
    let mut secrets = vec![PASSWORD.to_owned(), NEW_PASSWORD.to_owned(), "not the password".to_owned()];
    let mut ada = Client::new(world);
    ada.register("ada@example.com", PASSWORD).await.expect(201);
    for path in ["/verify-email/resend", "/forgot-password"] {
        let_a_minute_pass(world).await;
        ada.post(path, &json!({ "username": "ada@example.com" })).await.expect(202);
        world.settle().await;
    }
    let mails = world.mails("ada@example.com").await;
    assert_eq!(mails.len(), 3);
    let tokens: Vec<String> = mails.iter().map(testkit::SentMail::token).collect();
    // What does not work any more is a secret all the same.
    ada.post("/verify-email", &json!({ "token": tokens[0] })).await.expect_problem(400, "token_invalid");
    ada.post("/verify-email", &json!({ "token": tokens[1] })).await.expect(200);
    ada.post("/forgot-password-validate", &json!({ "token": tokens[2] })).await.expect(200);
    ada.login("ada@example.com", "not the password").await.expect(401);
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    secrets.extend([ada.session.clone(), ada.device.clone()].into_iter().flatten());
    let made =
        ada.post("/tokens", &json!({ "name": "CI", "scopes": ["users:read"] })).await.expect(201).json();
    let mut program = Client::new(world);
    program.token = Some(text(&made["token"]));
    secrets.extend(program.token.clone());
    program.get("/load-user").await.expect(200);
    program.request(Method::GET, "/rbac/roles", None).await.expect(403);
    let reset = json!({ "token": tokens[2], "password": NEW_PASSWORD });
    ada.post("/forgot-password-new-password", &reset).await.expect(204);
    ada.get("/load-user").await.expect(401);
    ada.login("ada@example.com", NEW_PASSWORD).await.expect(200);
    secrets.extend(ada.session.clone());
    let change = json!({ "currentPassword": "not the password", "newPassword": PASSWORD });
    ada.post("/change-password", &change).await.expect(403);
    let change = json!({ "currentPassword": NEW_PASSWORD, "newPassword": PASSWORD });
    ada.post("/change-password", &change).await.expect(204);
    secrets.extend(ada.session.clone());
    // In the address, where it has no business, it is refused, and not written down either.
    ada.get(&format!("/load-user/{}", tokens[2])).await.expect(404);
    ada.get(&format!("/load-user?token={}", tokens[2])).await.expect(200);
    ada.post("/register", &json!({ "username": 7, "password": PASSWORD })).await.expect(400);
    // A mail and a revocation that fail are told of.
    world.set_session_state(testkit::Behaviour::Fails).await;
    ada.post("/sessions/refresh", &json!({})).await.expect(200);
    ada.post("/delete-account", &json!({ "password": PASSWORD })).await.expect(204);
    world.run_cron().await;
    world.set_session_state(testkit::Behaviour::Works).await;
    secrets.extend(tokens);

    let log = world.logs().await.join("\n");
    for line in ["POST /login 401", "POST /forgot-password-new-password 204", "POST /delete-account 204"] {
        assert!(log.contains(line), "{line} was logged: {log}");
    }
    secrets.push("argon2id".to_owned());
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "{secret} stands in the log");
    }
}

/// What an application cached could be read as a session, and the other way round.
pub async fn session_and_cache_keys_colliding<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let record = cached_at_last(world, &ada).await;
    let hash = SessionToken::parse(ada.session.as_ref().unwrap()).unwrap().hash().to_string();
    let mut forged = record["session"].clone();
    forged["permissions"] = json!(["admin:all"]);
    let ask = async |method: Method, path: String, body: Option<&serde_json::Value>| {
        let request = Request::builder()
            .method(method)
            .uri(format!("https://session-state{path}"))
            .header("content-type", "application/json");
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        world.send_to_session_state(request.body(body).unwrap()).await
    };
    let written = json!({ "value": forged });
    for key in
        [hash.clone(), format!("session:{hash}"), format!("session%2F{hash}"), "meta%2Fepoch".to_owned()]
    {
        // A key with a slash is none at all.
        let reply = ask(Method::PUT, format!("/cache/{key}"), Some(&written)).await;
        assert_eq!(reply.status.as_u16(), if key.contains('%') { 400 } else { 204 }, "{key}");
        assert_eq!(cached(world, &ada).await.unwrap(), record, "{key}");
    }
    assert_eq!(ask(Method::GET, format!("/cache/{hash}"), None).await.expect(200).json()["value"], forged);
    ask(Method::DELETE, format!("/cache/{hash}"), None).await.expect(204);
    assert_eq!(cached(world, &ada).await.unwrap(), record, "the session is not what was deleted");
    ask(Method::GET, format!("/cache/{hash}"), None).await.expect_problem(404, "not_found");
    ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
}
