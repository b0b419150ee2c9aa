//! What comes by mail: confirming an address, setting a new password, accepting an invitation.

use http::HeaderMap;
use serde_json::{Value, json};
use testkit::{Client, Reply, SentMail, World};

use super::{PASSWORD, count, make_token, member, my_id, text};

const NEW_PASSWORD: &str = "another horse battery";

/// The last mail to an address, once it has been sent.
pub async fn last_mail<W: World>(world: &W, to: &str) -> SentMail {
    world.settle().await;
    world.mails(to).await.pop().unwrap_or_else(|| panic!("no mail to {to}"))
}

/// Lets the next mail to everybody through, as the minute between two of a kind does.
pub(super) async fn let_a_minute_pass<W: World>(world: &W) {
    world.sql("UPDATE mail_requests SET requested_at = 0").await;
}

/// What a client sees of an answer, but for the id of the request and the time it took.
pub(super) fn visible(reply: &Reply) -> (u16, Vec<String>, String) {
    let kept = |headers: &HeaderMap| {
        let mut lines: Vec<String> = headers
            .iter()
            .filter(|(name, _)| !["x-request-id", "server-timing", "date"].contains(&name.as_str()))
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        lines.sort();
        lines
    };
    (reply.status.as_u16(), kept(&reply.headers), reply.text())
}

/// Registers with verification on, and confirms by the mail.
pub(super) async fn confirmed<'w, W: World>(world: &'w W, email: &str) -> Client<'w, W> {
    let mut client = Client::new(world);
    client.register(email, PASSWORD).await.expect(201);
    let token = last_mail(world, email).await.token();
    client.post("/verify-email", &json!({ "token": token })).await.expect(200);
    client.login(email, PASSWORD).await.expect(200);
    client
}

/// Without it nobody signs in; a link works once.
pub async fn a_mailed_link_confirms_the_address_once<W: World>(world: &mut W) {
    world.restart_with(&[("EMAIL_VERIFICATION", "on")]).await;
    let mut ada = Client::new(world);
    ada.register("ada@example.com", PASSWORD).await.expect(201);
    ada.login("ada@example.com", PASSWORD).await.expect_problem(403, "email_not_verified");
    let mail = last_mail(world, "ada@example.com").await;
    assert_eq!(mail.subject, "Confirm your e-mail address");
    let link = format!("http://localhost:8787/verify-email?token={}", mail.token());
    assert!(mail.text.contains(&link) && mail.html.contains(&link), "{mail:?}");
    // The token is nowhere in the database.
    for table in ["one_time_tokens", "outbox", "audit_log", "mail_requests"] {
        let rows = json!(world.sql(&format!("SELECT * FROM {table}")).await).to_string();
        assert!(!rows.contains(&mail.token()), "{table}");
    }

    let reply = ada.post("/verify-email", &json!({ "token": mail.token() })).await.expect(200);
    assert_eq!(reply.json(), json!({ "username": "ada@example.com" }));
    ada.post("/verify-email", &json!({ "token": mail.token() })).await.expect_problem(400, "token_invalid");
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    assert_eq!(count(world, "audit_log WHERE action = 'user.email_verified'").await, 1);

    // Whoever has confirmed gets no further mail, and nobody gets two within a minute.
    ada.post("/verify-email/resend", &json!({ "username": "ada@example.com" })).await.expect(202);
    let mut bob = Client::new(world);
    bob.register("bob@example.com", PASSWORD).await.expect(201);
    bob.post("/verify-email/resend", &json!({ "username": "bob@example.com" })).await.expect(202);
    let_a_minute_pass(world).await;
    bob.post("/verify-email/resend", &json!({ "username": "bob@example.com" })).await.expect(202);
    world.settle().await;
    assert_eq!(world.mails("ada@example.com").await.len(), 1);
    assert_eq!(world.mails("bob@example.com").await.len(), 2);
}

/// Somebody who made the account with an address that is not theirs is out once its owner has confirmed it.
pub async fn confirming_the_address_ends_every_session<W: World>(world: &mut W) {
    let mut stranger = Client::new(world);
    stranger.register("ada@example.com", PASSWORD).await.expect(201);
    stranger.login("ada@example.com", PASSWORD).await.expect(200);
    let session = stranger.session.clone();
    stranger.post("/verify-email/resend", &json!({ "username": "ada@example.com" })).await.expect(202);
    let token = last_mail(world, "ada@example.com").await.token();
    Client::new(world).post("/verify-email", &json!({ "token": token })).await.expect(200);
    stranger.session = session;
    stranger.get("/load-user").await.expect_problem(401, "unauthenticated");
    assert_eq!(count(world, "sessions").await, 0);
}

/// From the request to the sign-in with the new password.
pub async fn a_forgotten_password_is_set_by_a_mailed_link<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    ada.post("/forgot-password", &json!({ "username": "ADA@example.com" })).await.expect(202);
    let token = last_mail(world, "ada@example.com").await.token();
    let ask = json!({ "token": token });
    for _ in 0..2 {
        let reply = ada.post("/forgot-password-validate", &ask).await.expect(200);
        assert_eq!(reply.json(), json!({ "username": "ada@example.com", "invitation": false }));
    }
    // A password that is refused leaves the token as it is.
    for bad in ["short", "ada@example.com"] {
        let body = json!({ "token": token, "password": bad });
        let reply = ada.post("/forgot-password-new-password", &body).await;
        let reply = reply.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], "password");
    }
    let body = json!({ "token": token, "password": NEW_PASSWORD });
    ada.post("/forgot-password-new-password", &body).await.expect(204);
    ada.post("/forgot-password-new-password", &body).await.expect_problem(400, "token_invalid");
    ada.post("/forgot-password-validate", &ask).await.expect_problem(400, "token_invalid");
    ada.login("ada@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    ada.login("ada@example.com", NEW_PASSWORD).await.expect(200);
    let id = my_id(&mut ada).await;
    let user = ada.get(&format!("/users/{id}")).await.json();
    assert_eq!(user["emailVerified"], true, "reading the mail shows that the address is one's own");
    assert_eq!(last_mail(world, "ada@example.com").await.subject, "Your password was changed");
    assert_eq!(count(world, "audit_log WHERE action = 'user.password_reset'").await, 1);
    assert_eq!(count(world, "audit_log WHERE action = 'mail.requested'").await, 1);
}

/// Whoever is first; the other one is told that the link does not work.
pub async fn two_resets_with_one_token_at_once_are_one<W: World>(world: &mut W) {
    let id = my_id(&mut member(world, "ada@example.com").await).await;
    let token = make_token(world, &id, "reset_password").await;
    let reset = async |password: &str| {
        let body = json!({ "token": token, "password": password });
        Client::new(world).post("/forgot-password-new-password", &body).await
    };
    let replies = tokio::join!(reset("the first new password"), reset("the second new password"));
    let won = [replies.0.status.as_u16(), replies.1.status.as_u16()];
    assert!(won == [204, 400] || won == [400, 204], "{won:?}");
    let (winner, loser) = if won[0] == 204 {
        ("the first new password", "the second new password")
    } else {
        ("the second new password", "the first new password")
    };
    let mut ada = Client::new(world);
    ada.login("ada@example.com", loser).await.expect_problem(401, "invalid_credentials");
    ada.login("ada@example.com", winner).await.expect(200);
    assert_eq!(count(world, "audit_log WHERE action = 'user.password_reset'").await, 1);
}

/// Every token that is not the right one is the same problem.
pub async fn a_token_is_good_for_one_thing_only<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let id = my_id(&mut ada).await;
    let mut bodies: Vec<Value> = Vec::new();
    for (purpose, path) in [
        ("verify_email", "/forgot-password-validate"),
        ("verify_email", "/forgot-password-new-password"),
        ("reset_password", "/verify-email"),
        ("invite", "/verify-email"),
        // An invitation is for an account that waits for it.
        ("invite", "/forgot-password-new-password"),
    ] {
        let real = make_token(world, &id, purpose).await;
        for token in [real, "A".repeat(43), "garbage".to_owned(), String::new(), "é".repeat(43)] {
            let mut body = json!({ "token": token });
            if path.ends_with("new-password") {
                body["password"] = json!(NEW_PASSWORD);
            }
            let mut problem = ada.post(path, &body).await.expect_problem(400, "token_invalid").json();
            problem["requestId"].take();
            bodies.push(problem);
        }
        world.sql("DELETE FROM one_time_tokens").await;
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    ada.post("/verify-email", &json!({ "token": 7 })).await.expect_problem(400, "invalid_request");
    // A suspended account has no use for a token.
    let token = make_token(world, &id, "reset_password").await;
    world.sql("UPDATE users SET status = 'suspended'").await;
    let body = json!({ "token": token, "password": NEW_PASSWORD });
    ada.post("/forgot-password-new-password", &body).await.expect_problem(400, "token_invalid");
}

/// Of two mails, the link of the later one works.
pub async fn a_newer_token_takes_the_place_of_the_older_one<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let_a_minute_pass(world).await;
        ada.post("/forgot-password", &json!({ "username": "ada@example.com" })).await.expect(202);
        tokens.push(last_mail(world, "ada@example.com").await.token());
    }
    assert_ne!(tokens[0], tokens[1]);
    let ask = |token: &String| json!({ "token": token });
    ada.post("/forgot-password-validate", &ask(&tokens[0])).await.expect_problem(400, "token_invalid");
    ada.post("/forgot-password-validate", &ask(&tokens[1])).await.expect(200);
}

/// An account that an administrator has made waits for its first password.
pub async fn an_invitation_activates_the_account<W: World>(world: &mut W) {
    let mut bob = member(world, "bob@example.com").await;
    let id = my_id(&mut bob).await;
    world.sql("UPDATE users SET status = 'invited', password_hash = NULL, email_verified_at = NULL").await;
    bob.login("bob@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    // Whoever has lost the invitation gets it anew the same way as a new password.
    bob.post("/forgot-password", &json!({ "username": "bob@example.com" })).await.expect(202);
    let mail = last_mail(world, "bob@example.com").await;
    assert_eq!(mail.subject, "You are invited");
    let reply = bob.post("/forgot-password-validate", &json!({ "token": mail.token() })).await.expect(200);
    assert_eq!(reply.json()["invitation"], true);
    let body = json!({ "token": mail.token(), "password": NEW_PASSWORD });
    bob.post("/forgot-password-new-password", &body).await.expect(204);
    bob.login("bob@example.com", NEW_PASSWORD).await.expect(200);
    let user = bob.get(&format!("/users/{id}")).await.json();
    assert_eq!((text(&user["status"]).as_str(), &user["emailVerified"]), ("active", &json!(true)));
    assert_eq!(count(world, "audit_log WHERE action = 'user.activated'").await, 1);
}

/// In the batch of the confirmation, and for that address alone.
pub async fn the_named_address_becomes_super_admin_when_it_is_confirmed<W: World>(world: &mut W) {
    let vars = [("EMAIL_VERIFICATION", "on"), ("SUPER_ADMIN_EMAIL", "root@example.com")];
    world.restart_with(&vars).await;
    let mut root = Client::new(world);
    root.register("root@example.com", PASSWORD).await.expect(201);
    assert_eq!(count(world, "user_roles").await, 1, "MEMBER alone, until the address is confirmed");
    let token = last_mail(world, "root@example.com").await.token();
    root.post("/verify-email", &json!({ "token": token })).await.expect(200);
    assert_eq!(count(world, "user_roles").await, 2);
    assert_eq!(count(world, "audit_log WHERE action = 'role.assigned'").await, 1);
    let user = root.login("root@example.com", PASSWORD).await.expect(200).json();
    assert_eq!(user["roles"], json!(["MEMBER", "SUPER_ADMIN"]));
    let user = confirmed(world, "other@example.com").await.get("/load-user").await.json();
    assert_eq!(user["roles"], json!(["MEMBER"]));
}

/// It is escaped where the owner chose it, and left out where a stranger may have.
pub async fn a_hostile_name_stays_text<W: World>(world: &mut W) {
    let mut eve = Client::new(world);
    let name = "<img src=x>Win at http://evil.example";
    let body = json!({ "username": "ada@example.com", "password": PASSWORD, "firstName": name });
    eve.post("/register", &body).await.expect(201);
    let ask = json!({ "username": "ada@example.com" });
    eve.post("/forgot-password", &ask).await.expect(202);
    let mail = last_mail(world, "ada@example.com").await;
    assert!(!mail.text.contains("evil") && !mail.html.contains("evil"), "{mail:?}");

    world.sql("UPDATE users SET email_verified_at = 1").await;
    let_a_minute_pass(world).await;
    eve.post("/forgot-password", &ask).await.expect(202);
    let mail = last_mail(world, "ada@example.com").await;
    assert!(mail.text.contains(name));
    assert!(mail.html.contains("Win at") && !mail.html.contains("<img"), "{}", mail.html);

    // No head of a mail can be added to: an address has no line breaks, and a name is in no head.
    for address in
        ["ada@example.com\r\nBcc: eve@example.com", "ada@example.com\n\nX", "a@b.c, eve@example.com"]
    {
        let reply = eve.post("/forgot-password", &json!({ "username": address })).await;
        reply.expect_problem(400, "invalid_request");
    }
}
