//! Signing in at an identity provider that is in this process and can be made to misbehave, in each way on its own.
//!
//! What a provider that behaves looks like from a browser is in `oidc_workerd.rs`, with a real one.
#![cfg(test)]

use std::time::Duration;

use e2e::cases::{PASSWORD, count, create_role, member, my_id, role_id, super_admin, text};
use http_kit::Level;
use serde_json::{Value, json};
use testkit::{Client, ISSUER, Native, Reply, Signer, World};

const AUTO: &[(&str, &str)] = &[("OIDC_AUTO_PROVISION_USERS", "on"), ("USER_MGMT_CORE", "on")];

/// Makes claims wrong.
type Change = fn(&mut Value);

/// A deployment with the provider, which says `more` of it, and other variables.
fn world(more: &Value, vars: &[(&str, &str)]) -> Native {
    let provider = testkit::IdentityProvider::vars(more);
    let provider = provider.iter().map(|(name, value)| (*name, value.as_str()));
    let all: Vec<(&str, &str)> = provider.chain(vars.iter().copied()).collect();
    Native::with_vars(&all)
}

fn auto() -> Native {
    world(&json!({}), AUTO)
}

fn ada() -> Value {
    json!({
        "sub": "ada-1", "email": "ada@example.com", "email_verified": true, "given_name": "Ada", "family_name": "L",
        "sid": "sid-1",
    })
}

/// Goes to the provider; gives the address there.
async fn start(client: &mut Client<'_, Native>, path: &str) -> String {
    let reply = client.get(path).await.expect(303);
    reply.headers["location"].to_str().unwrap().to_owned()
}

/// Signs in; gives the answer to the browser that comes back.
async fn sign_in(world: &Native, client: &mut Client<'_, Native>) -> Reply {
    let url = start(client, "/oidc/login?provider=sso").await;
    let query = world.identity_provider.authorize(&url);
    client.get(&format!("/oidc/callback?{query}")).await
}

/// From now on the provider says that credentials were entered at each sign-in.
fn credentials_are_entered(world: &Native) {
    world.identity_provider.tamper_with_id_tokens(|claims| claims["auth_time"] = claims["iat"].clone());
}

/// Links an identity to the account of whoever is signed in.
async fn link(world: &Native, client: &mut Client<'_, Native>) -> Reply {
    let begun = client.post("/identities", &json!({ "provider": "sso" })).await.expect(200);
    let query = world.identity_provider.authorize(&text(&begun.json()["url"]));
    client.get(&format!("/oidc/callback?{query}")).await
}

fn location(reply: &Reply) -> &str {
    reply.headers["location"].to_str().unwrap()
}

/// What the last problem was caused by, as the log says.
fn cause(world: &Native) -> String {
    let lines = world.runtime.log_lines();
    let with_cause = lines.iter().rev().find_map(|line| line.line["cause"].as_str().map(str::to_owned));
    with_cause.unwrap_or_default()
}

async fn nothing_came_of_it(world: &Native, client: &Client<'_, Native>) {
    assert_eq!(client.session, None);
    for table in ["sessions", "external_identities", "users"] {
        assert_eq!(count(world, table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn first_sign_in_makes_an_account_and_the_next_one_finds_it() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    let mut client = Client::new(&world);
    let url = start(&mut client, "/oidc/login?next=%2Fboard%3Fa%3Db").await;
    let query = world.identity_provider.authorize(&url);
    let reply = client.get(&format!("/oidc/callback?{query}")).await.expect(303);
    assert_eq!(location(&reply), "/board?a=b");
    assert_eq!(client.login, None, "the secret of the sign-in is of no more use");
    let user = client.get("/load-user").await.expect(200).json();
    assert_eq!(
        json!([user["username"], user["firstName"], user["lastName"], user["roles"], user["tenant"]]),
        json!(["ada@example.com", "Ada", "L", ["MEMBER"], "default"])
    );
    let mut again = Client::new(&world);
    sign_in(&world, &mut again).await.expect(303);
    assert_eq!(my_id(&mut again).await, text(&user["userId"]));
    assert_eq!(count(&world, "users").await, 1);
    let identities = again.get("/identities").await.expect(200).json();
    let identity = &identities["items"][0];
    assert_eq!(
        json!([identity["providerId"], identity["provider"], identity["subject"], identity["email"]]),
        json!(["sso", "Example SSO", "ada-1", "ada@example.com"])
    );
    assert_eq!(world.mailbox.sent(), [], "nobody had another way in");
    // Those of one batch have no order.
    let events = world.sql("SELECT action FROM audit_log ORDER BY action").await;
    let actions: Vec<&str> = events.iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["identity.linked", "session.created", "session.created", "user.provisioned"]);
}

#[tokio::test]
async fn without_both_flags_nobody_is_given_an_account() {
    for (provision, core) in [("off", "on"), ("on", "off"), ("off", "off")] {
        let vars = [("OIDC_AUTO_PROVISION_USERS", provision), ("USER_MGMT_CORE", core)];
        let world = world(&json!({}), &vars);
        world.identity_provider.set_person(&ada());
        let mut client = Client::new(&world);
        sign_in(&world, &mut client).await.expect_problem(403, "oidc_not_provisioned");
        nothing_came_of_it(&world, &client).await;
    }
}

#[tokio::test]
async fn without_a_provider_there_is_nothing_here() {
    let world = Native::new();
    let mut client = member(&world, "ada@example.com").await;
    for path in ["/oidc/login", "/oidc/callback", "/oidc/providers", "/identities"] {
        client.get(path).await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn providers_are_listed_for_whoever_signs_in() {
    let world = auto();
    let listed = Client::new(&world).get("/oidc/providers").await.expect(200).json();
    assert_eq!(listed, json!({ "items": [{ "id": "sso", "name": "Example SSO" }] }));
    Client::new(&world).get("/oidc/login?provider=other").await.expect_problem(400, "invalid_request");
}

#[tokio::test]
async fn next_never_leads_to_another_site() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    for next in
        ["//evil.example", "https://evil.example", "/%5Cevil.example", "javascript:alert(1)", "%2F%09/x"]
    {
        let mut client = Client::new(&world);
        let url = start(&mut client, &format!("/oidc/login?next={next}")).await;
        let query = world.identity_provider.authorize(&url);
        let reply = client.get(&format!("/oidc/callback?{query}")).await.expect(303);
        assert_eq!(location(&reply), "/profile", "{next}");
    }
    let mut client = Client::new(&world);
    credentials_are_entered(&world);
    sign_in(&world, &mut client).await.expect(303);
    let body = json!({ "provider": "sso", "next": "//evil.example" });
    let problem = client.post("/identities", &body).await.expect_problem(400, "invalid_request");
    assert_eq!(problem.json()["field"], "next");
}

#[tokio::test]
async fn every_wrong_claim_of_an_id_token_is_refused() {
    let wrong: [(&str, Change); 9] = [
        ("`iss`", |claims| claims["iss"] = json!("https://evil.example")),
        ("`aud`", |claims| claims["aud"] = json!("other")),
        ("`aud`", |claims| claims["aud"] = json!(["edgeward", "other"])),
        ("`azp`", |claims| claims["azp"] = json!("other")),
        ("`nonce`", |claims| claims["nonce"] = json!("another")),
        ("`exp`", |claims| claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 60)),
        ("`iat`", |claims| claims["iat"] = json!(claims["iat"].as_i64().unwrap() - 601)),
        ("`at_hash`", |claims| claims["at_hash"] = json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("`sub`", |claims| claims["sub"] = json!("")),
    ];
    for (claim, change) in wrong {
        let world = auto();
        world.identity_provider.set_person(&ada());
        world.identity_provider.tamper_with_id_tokens(change);
        let mut client = Client::new(&world);
        sign_in(&world, &mut client).await.expect_problem(502, "oidc_failed");
        assert!(cause(&world).contains(claim), "{claim}: {}", cause(&world));
        nothing_came_of_it(&world, &client).await;
    }
}

#[tokio::test]
async fn every_wrong_signature_of_an_id_token_is_refused() {
    let public = Signer::rs256("first").jwk().to_string();
    for (signer, why) in [
        (Signer::none("first"), "not allowed"),
        (Signer::hs256("first", public.as_bytes()), "not allowed"),
        (Signer::es256("first", 9), "signature"),
        (Signer::rs256("first"), "none of the provider's"),
        (Signer::es256("other", 1), "none of the provider's"),
    ] {
        let world = auto();
        world.identity_provider.set_person(&ada());
        world.identity_provider.sign_with(signer);
        let mut client = Client::new(&world);
        sign_in(&world, &mut client).await.expect_problem(502, "oidc_failed");
        assert!(cause(&world).contains(why), "{why}: {}", cause(&world));
        nothing_came_of_it(&world, &client).await;
    }
}

#[tokio::test]
async fn all_three_algorithms_sign_in() {
    for signer in [Signer::rs256("k"), Signer::es256("k", 3), Signer::ed25519("k", 3)] {
        let world = auto();
        world.identity_provider.set_person(&ada());
        world.identity_provider.rotate(signer);
        sign_in(&world, &mut Client::new(&world)).await.expect(303);
    }
}

#[tokio::test]
async fn a_state_is_good_for_one_answer_in_one_browser() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    let mut client = Client::new(&world);
    let url = start(&mut client, "/oidc/login").await;
    let query = world.identity_provider.authorize(&url);
    let callback = format!("/oidc/callback?{query}");
    let cookie = client.login.clone();
    let state = query.split('&').find(|pair| pair.starts_with("state=")).unwrap().to_owned();

    // In another browser, without the cookie, or with another state: nothing is used up by it.
    Client::new(&world).get(&callback).await.expect_problem(400, "oidc_state_invalid");
    let mut other = Client::new(&world);
    start(&mut other, "/oidc/login").await;
    other.get(&callback).await.expect_problem(400, "oidc_state_invalid");
    let made_up = callback.replace(&state, "state=AAAA");
    client.get(&made_up).await.expect_problem(400, "oidc_state_invalid");
    client.get("/oidc/callback").await.expect_problem(400, "oidc_state_invalid");

    client.get(&callback).await.expect(303);
    // Again, by whoever has seen cookie and address.
    let mut thief = Client::new(&world);
    thief.login = cookie;
    thief.get(&callback).await.expect_problem(400, "oidc_state_invalid");
    assert_eq!(count(&world, "sessions").await, 1);
}

#[tokio::test]
async fn a_code_is_good_for_one_sign_in() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    let mut client = Client::new(&world);
    let url = start(&mut client, "/oidc/login").await;
    let first = world.identity_provider.authorize(&url);
    client.get(&format!("/oidc/callback?{first}")).await.expect(303);

    // The code of one sign-in in the answer to another: used already, and made for another request.
    let mut other = Client::new(&world);
    let url = start(&mut other, "/oidc/login").await;
    let second = world.identity_provider.authorize(&url);
    let code = |query: &str| query.split('&').find(|pair| pair.starts_with("code=")).unwrap().to_owned();
    let swapped = second.replace(&code(&second), &code(&first));
    other.get(&format!("/oidc/callback?{swapped}")).await.expect_problem(400, "oidc_code_invalid");

    // Not used yet, but of another browser: PKCE.
    let mut victim = Client::new(&world);
    let url = start(&mut victim, "/oidc/login").await;
    let stolen = code(&world.identity_provider.authorize(&url));
    let mut thief = Client::new(&world);
    let url = start(&mut thief, "/oidc/login").await;
    let own = world.identity_provider.authorize(&url);
    let injected = own.replace(&code(&own), &stolen);
    thief.get(&format!("/oidc/callback?{injected}")).await.expect_problem(400, "oidc_code_invalid");
    assert_eq!((other.session, thief.session), (None, None));
}

#[tokio::test]
async fn an_answer_too_late_is_none() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    let mut client = Client::new(&world);
    let url = start(&mut client, "/oidc/login").await;
    let query = world.identity_provider.authorize(&url);
    world.runtime.advance(Duration::from_mins(10));
    client.get(&format!("/oidc/callback?{query}")).await.expect_problem(400, "oidc_state_invalid");
    assert_eq!(count(&world, "identity_logins").await, 1);
    world.run_cron().await;
    assert_eq!(count(&world, "identity_logins").await, 0);
}

#[tokio::test]
async fn an_answer_of_another_provider_is_refused() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    for (from, to) in [("idp.example", "evil.example"), ("iss=", "is=")] {
        let mut client = Client::new(&world);
        let url = start(&mut client, "/oidc/login").await;
        let query = world.identity_provider.authorize(&url).replace(from, to);
        client.get(&format!("/oidc/callback?{query}")).await.expect_problem(502, "oidc_failed");
        assert!(cause(&world).contains("`iss`"), "{}", cause(&world));
    }
}

#[tokio::test]
async fn a_provider_that_names_itself_nowhere_is_taken_at_its_word() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    world.identity_provider.set_names_issuer(false);
    sign_in(&world, &mut Client::new(&world)).await.expect(303);
}

#[tokio::test]
async fn whoever_changes_their_mind_at_the_provider_is_not_signed_in() {
    let world = auto();
    for (error, status, code) in [
        ("access_denied", 403, "oidc_denied"),
        ("server_error", 502, "oidc_failed"),
        ("login_required%0Ainjected", 502, "oidc_failed"),
    ] {
        let mut client = Client::new(&world);
        let url = start(&mut client, "/oidc/login").await;
        let query = world.identity_provider.authorize(&url);
        let state = query.split('&').find(|pair| pair.starts_with("state=")).unwrap();
        let issuer = query.split('&').find(|pair| pair.starts_with("iss=")).unwrap();
        let callback = format!("/oidc/callback?error={error}&error_description=x&{state}&{issuer}");
        client.get(&callback).await.expect_problem(status, code);
        client.get(&callback).await.expect_problem(400, "oidc_state_invalid");
    }
    assert!(!cause(&world).contains('\n'));
}

#[tokio::test]
async fn rotated_keys_are_fetched_once_and_invented_ones_cause_no_storm() {
    let world = auto();
    let provider = &world.identity_provider;
    provider.set_person(&ada());
    let fetched = || provider.take_requests().iter().filter(|path| *path == "/keys").count();
    for _ in 0..3 {
        sign_in(&world, &mut Client::new(&world)).await.expect(303);
    }
    assert_eq!(fetched(), 1, "the keys are kept");
    world.runtime.advance(Duration::from_mins(2));
    provider.rotate(Signer::es256("second", 2));
    sign_in(&world, &mut Client::new(&world)).await.expect(303);
    assert_eq!(fetched(), 1, "an unknown key has them fetched once");

    provider.sign_with(Signer::es256("invented", 3));
    for _ in 0..10 {
        sign_in(&world, &mut Client::new(&world)).await.expect_problem(502, "oidc_failed");
    }
    assert_eq!(fetched(), 0, "they were fetched just now");
    world.runtime.advance(Duration::from_mins(1));
    for _ in 0..10 {
        sign_in(&world, &mut Client::new(&world)).await.expect_problem(502, "oidc_failed");
    }
    assert_eq!(fetched(), 1, "once a minute at most");
    provider.sign_with(Signer::es256("second", 2));
    sign_in(&world, &mut Client::new(&world)).await.expect(303);
    world.runtime.advance(Duration::from_hours(1));
    sign_in(&world, &mut Client::new(&world)).await.expect(303);
    assert_eq!(fetched(), 1, "and once an hour in any case, so that one that was withdrawn is forgotten");
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_said_to_be_away() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    world.identity_provider.set_down(true);
    let mut client = Client::new(&world);
    client.get("/oidc/login").await.expect_problem(503, "oidc_unavailable");
    world.identity_provider.set_down(false);
    let url = start(&mut client, "/oidc/login").await;
    let query = world.identity_provider.authorize(&url);
    world.identity_provider.set_down(true);
    client.get(&format!("/oidc/callback?{query}")).await.expect_problem(503, "oidc_unavailable");
    nothing_came_of_it(&world, &client).await;
    // Everything else goes on.
    member(&world, "bob@example.com").await;
}

#[tokio::test]
async fn answers_that_make_no_sense_are_refused() {
    let huge = "x".repeat(300 * 1024);
    for (path, status, body, expected, code) in [
        ("/.well-known/openid-configuration", 200, "{}", 502, "oidc_failed"),
        ("/.well-known/openid-configuration", 200, "<html>", 502, "oidc_failed"),
        ("/.well-known/openid-configuration", 200, huge.as_str(), 503, "oidc_unavailable"),
        ("/.well-known/openid-configuration", 302, "", 503, "oidc_unavailable"),
        ("/keys", 200, r#"{"keys": 7}"#, 502, "oidc_failed"),
        ("/keys", 200, huge.as_str(), 503, "oidc_unavailable"),
        ("/keys", 500, "", 503, "oidc_unavailable"),
        ("/token", 200, "{}", 502, "oidc_failed"),
        ("/token", 200, r#"{"id_token": "a.b.c"}"#, 502, "oidc_failed"),
        ("/token", 200, huge.as_str(), 503, "oidc_unavailable"),
        ("/token", 400, "<html>", 502, "oidc_failed"),
        ("/token", 401, r#"{"error": "invalid_client"}"#, 502, "oidc_failed"),
        ("/token", 500, "", 503, "oidc_unavailable"),
    ] {
        let world = auto();
        world.identity_provider.set_person(&ada());
        world.identity_provider.answer(path, status, body);
        let mut client = Client::new(&world);
        let reply = client.get("/oidc/login").await;
        let reply = if reply.status == 303 {
            let query = world.identity_provider.authorize(location(&reply));
            client.get(&format!("/oidc/callback?{query}")).await
        } else {
            reply
        };
        reply.expect_problem(expected, code);
        nothing_came_of_it(&world, &client).await;
    }
}

#[tokio::test]
async fn metadata_of_another_issuer_is_refused() {
    let world = auto();
    world
        .identity_provider
        .tamper_with_metadata(|document| document["issuer"] = json!("https://evil.example"));
    Client::new(&world).get("/oidc/login").await.expect_problem(502, "oidc_failed");
}

#[tokio::test]
async fn what_an_id_token_leaves_out_is_asked_for_and_must_be_about_the_same_person() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    world.identity_provider.tamper_with_id_tokens(|claims| {
        claims
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !name.starts_with("email") && !name.ends_with("_name"));
    });
    let mut client = Client::new(&world);
    sign_in(&world, &mut client).await.expect(303);
    assert_eq!(client.get("/load-user").await.json()["firstName"], "Ada");
    world.identity_provider.tamper_with_userinfo(|claims| claims["sub"] = json!("eve"));
    sign_in(&world, &mut Client::new(&world)).await.expect_problem(502, "oidc_failed");
    assert!(cause(&world).contains("another subject"));
}

#[tokio::test]
async fn an_address_counts_only_where_the_provider_may_vouch_for_it() {
    for (change, trusted) in [
        (json!({}), true),
        (json!({ "email_verified": "true" }), true),
        (json!({ "email_verified": false }), false),
        (json!({ "email_verified": null }), false),
        (json!({ "email": "ada@elsewhere.example" }), false),
        (json!({ "email": "ada@sub.example.com" }), false),
        (json!({ "email": "" }), false),
    ] {
        let world = auto();
        // The answer is the same whether there is such an account or not.
        member(&world, "ada@elsewhere.example").await;
        let mut person = ada();
        for (name, value) in change.as_object().unwrap() {
            person[name] = value.clone();
        }
        world.identity_provider.set_person(&person);
        let reply = sign_in(&world, &mut Client::new(&world)).await;
        if trusted {
            reply.expect(303);
        } else {
            reply.expect_problem(403, "oidc_email_not_trusted");
            assert_eq!(count(&world, "external_identities").await, 0);
        }
    }
}

#[tokio::test]
async fn a_vouched_address_opens_the_account_that_confirmed_it() {
    let world = world(&json!({}), &[]);
    let mut owner = member(&world, "ada@example.com").await;
    let id = my_id(&mut owner).await;
    world.sql("UPDATE users SET email_verified_at = 1").await;
    world.identity_provider.set_person(&ada());
    let mut client = Client::new(&world);
    sign_in(&world, &mut client).await.expect(303);
    assert_eq!(my_id(&mut client).await, id);
    // Its owner is told, in case it was not them.
    let [mail] = &world.mails("ada@example.com").await[..] else { panic!("one mail") };
    assert_eq!(mail.subject, "A new way to sign in to your account");
    for part in [&mail.text, &mail.html] {
        assert!(part.contains("Example SSO") && part.contains("/identities"), "{part}");
    }
    owner.get("/load-user").await.expect(200);
    Client::new(&world).login("ada@example.com", PASSWORD).await.expect(200);
    // From here on it is the subject that counts, whatever becomes of the address.
    let mut moved = ada();
    moved["email"] = json!("ada@elsewhere.example");
    world.identity_provider.set_person(&moved);
    let mut later = Client::new(&world);
    sign_in(&world, &mut later).await.expect(303);
    assert_eq!(my_id(&mut later).await, id);
    assert_eq!(later.get("/load-user").await.json()["username"], "ada@example.com");
    assert_eq!(world.mails("ada@example.com").await.len(), 1, "told once");
}

#[tokio::test]
async fn an_account_that_a_stranger_made_for_the_address_is_taken_from_them() {
    let world = world(&json!({}), &[]);
    let mut stranger = member(&world, "ada@example.com").await;
    let token = stranger.post("/tokens", &json!({ "name": "CI", "scopes": [] })).await.expect(201).json();
    world.identity_provider.set_person(&json!({ "sub": "eve", "email": "eve@evil.example" }));
    link(&world, &mut stranger).await.expect(303);

    world.identity_provider.set_person(&ada());
    let mut owner = Client::new(&world);
    sign_in(&world, &mut owner).await.expect(303);
    assert_eq!(my_id(&mut owner).await, text(&world.sql("SELECT id FROM users").await[0]["id"]));
    stranger.get("/load-user").await.expect_problem(401, "unauthenticated");
    Client::new(&world).login("ada@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    let mut program = Client::new(&world);
    program.token = Some(text(&token["token"]));
    program.get("/load-user").await.expect_problem(401, "unauthenticated");
    world.identity_provider.set_person(&json!({ "sub": "eve", "email": "eve@evil.example" }));
    sign_in(&world, &mut Client::new(&world)).await.expect_problem(403, "oidc_email_not_trusted");
}

#[tokio::test]
async fn an_invitation_is_accepted_by_whoever_has_the_address() {
    let world = world(&json!({}), &[]);
    member(&world, "ada@example.com").await;
    world.sql("UPDATE users SET status = 'invited', password_hash = NULL").await;
    world.identity_provider.set_person(&ada());
    sign_in(&world, &mut Client::new(&world)).await.expect(303);
    assert_eq!(world.sql("SELECT status FROM users").await[0]["status"], "active");
}

#[tokio::test]
async fn whoever_is_suspended_stays_out() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    sign_in(&world, &mut Client::new(&world)).await.expect(303);
    for (suspend, restore) in [
        ("UPDATE users SET status = 'suspended'", "UPDATE users SET status = 'active'"),
        ("UPDATE tenants SET status = 'suspended'", "UPDATE tenants SET status = 'active'"),
    ] {
        world.sql(suspend).await;
        let mut client = Client::new(&world);
        sign_in(&world, &mut client).await.expect_problem(403, "account_suspended");
        assert_eq!(client.session, None);
        world.sql(restore).await;
        sign_in(&world, &mut client).await.expect(303);
    }
    // By their address, too.
    world.sql("UPDATE users SET status = 'suspended', password_hash = 'x'").await;
    world.sql("DELETE FROM external_identities").await;
    sign_in(&world, &mut Client::new(&world)).await.expect_problem(403, "account_suspended");
}

#[tokio::test]
async fn claims_refresh_the_profile_and_never_blank_it() {
    let more = json!({ "staffClaim": "staff", "tenantClaim": "org" });
    let world = world(&more, AUTO);
    world.sql("INSERT INTO tenants (id, name, created_at) VALUES ('00000000-0000-7000-8000-00000000acee', 'acme', 0)").await;
    let row = "SELECT first_name, last_name, staff, tenants.name AS tenant FROM users \
               JOIN tenants ON tenants.id = users.tenant_id";
    for (change, expected) in [
        (json!({ "staff": true, "org": "acme" }), json!(["Ada", "L", 1, "acme"])),
        (json!({ "given_name": "", "family_name": "Lovelace" }), json!(["Ada", "Lovelace", 1, "acme"])),
        (json!({ "given_name": null, "family_name": "a\nb" }), json!(["Ada", "Lovelace", 1, "acme"])),
        (json!({ "staff": false, "org": "default" }), json!(["Ada", "L", 0, "default"])),
        (json!({ "org": "unheard of" }), json!(["Ada", "L", 0, "default"])),
    ] {
        let mut person = ada();
        for (name, value) in change.as_object().unwrap() {
            person[name] = value.clone();
        }
        world.identity_provider.set_person(&person);
        sign_in(&world, &mut Client::new(&world)).await.expect(303);
        let found = &world.sql(row).await[0];
        assert_eq!(
            json!([found["first_name"], found["last_name"], found["staff"], found["tenant"]]),
            expected,
            "{change}"
        );
    }
}

#[tokio::test]
async fn provisioning_that_fails_leaves_nothing_and_is_told_of() {
    let world = world(&json!({ "tenantClaim": "org" }), AUTO);
    let mut person = ada();
    person["org"] = json!("unheard of");
    world.identity_provider.set_person(&person);
    let mut client = Client::new(&world);
    sign_in(&world, &mut client).await.expect_problem(403, "oidc_tenant_unknown");
    nothing_came_of_it(&world, &client).await;
    let events = world.sql("SELECT action, target_type, target_id, details FROM audit_log").await;
    assert_eq!(events.len(), 1);
    assert_eq!(
        json!([events[0]["action"], events[0]["target_type"], events[0]["target_id"]]),
        json!(["user.provisioning_failed", "provider", "sso"])
    );
    let logged = world.runtime.log_lines().into_iter().find(|line| line.line["provider"] == "sso").unwrap();
    assert_eq!(logged.level, Level::Error);

    // In the middle of the batch.
    world.identity_provider.set_person(&ada());
    world.sql("CREATE TRIGGER broken BEFORE INSERT ON user_roles BEGIN SELECT RAISE(ABORT, 'guard: broken'); END").await;
    let mut client = Client::new(&world);
    sign_in(&world, &mut client).await.expect_problem(500, "internal_error");
    nothing_came_of_it(&world, &client).await;
    assert_eq!(count(&world, "audit_log").await, 2);
}

#[tokio::test]
async fn groups_take_away_only_what_they_gave() {
    let map = r#"{"editors": "EDITOR", "auditors": ["AUDITOR", "NOBODY"]}"#;
    let vars = [("OIDC_AUTO_PROVISION_USERS", "on"), ("USER_MGMT_CORE", "on"), ("OIDC_GROUP_ROLE_MAP", map)];
    let world = world(&json!({ "groupsClaim": "groups" }), &vars);
    let mut admin = super_admin(&world, "root@example.com").await;
    for role in ["EDITOR", "AUDITOR", "BY_HAND"] {
        create_role(&mut admin, role, &["audit:read"]).await;
    }
    let in_groups = async |groups: Value| {
        let mut person = ada();
        person["groups"] = groups;
        world.identity_provider.set_person(&person);
        let mut client = Client::new(&world);
        sign_in(&world, &mut client).await.expect(303);
        (client.get("/load-user").await.json()["roles"].clone(), my_id(&mut client).await)
    };
    let (roles, ada) = in_groups(json!(["editors", "auditors", "others"])).await;
    assert_eq!(roles, json!(["AUDITOR", "EDITOR", "MEMBER"]));
    assert_eq!(in_groups(json!("editors")).await.0, json!(["EDITOR", "MEMBER"]));

    // What is given by hand stays, whether a group gives it as well or not.
    let assign = async |admin: &mut Client<'_, Native>, role: &str| {
        let body = json!({ "roleId": role_id(&world, role).await });
        admin.post(&format!("/rbac/users/{ada}/roles"), &body).await.expect(204);
    };
    assign(&mut admin, "BY_HAND").await;
    assign(&mut admin, "AUDITOR").await;
    let all = json!(["AUDITOR", "BY_HAND", "EDITOR", "MEMBER"]);
    assert_eq!(in_groups(json!(["editors", "auditors"])).await.0, all);
    assert_eq!(in_groups(json!(["editors"])).await.0, all, "the group did not give AUDITOR");

    // Taken by hand and given by hand again: from then on it is not the group's.
    let path = format!("/rbac/users/{ada}/roles/{}", role_id(&world, "EDITOR").await);
    admin.delete(&path).await.expect(204);
    world.runtime.advance(Duration::from_secs(1));
    assign(&mut admin, "EDITOR").await;
    assert_eq!(in_groups(Value::Null).await.0, all);
    assert_eq!(in_groups(json!([])).await.0, all);
}

#[tokio::test]
async fn a_role_that_a_group_takes_away_is_gone_from_the_next_request_on() {
    let vars = [
        ("OIDC_AUTO_PROVISION_USERS", "on"),
        ("USER_MGMT_CORE", "on"),
        ("OIDC_GROUP_ROLE_MAP", r#"{"admins": "SUPER_ADMIN"}"#),
    ];
    let world = world(&json!({ "groupsClaim": "groups" }), &vars);
    let mut person = ada();
    person["groups"] = json!(["admins"]);
    world.identity_provider.set_person(&person);
    let mut before = Client::new(&world);
    sign_in(&world, &mut before).await.expect(303);
    before.get("/rbac/roles").await.expect(200);

    // The last one keeps the role, and gets in.
    world.identity_provider.set_person(&ada());
    sign_in(&world, &mut Client::new(&world)).await.expect(303);
    before.get("/rbac/roles").await.expect(200);

    super_admin(&world, "root@example.com").await;
    sign_in(&world, &mut Client::new(&world)).await.expect(303);
    before.get("/rbac/roles").await.expect_problem(403, "permission_denied");
    let rows = "user_roles WHERE role_id = '00000000-0000-7000-8000-000000000011'";
    assert_eq!(count(&world, rows).await, 1);
}

#[tokio::test]
async fn the_named_address_becomes_super_admin_only_where_it_is_vouched_for() {
    let mut vars = AUTO.to_vec();
    vars.push(("SUPER_ADMIN_EMAIL", "ada@example.com"));
    let trusted = world(&json!({}), &vars);
    trusted.identity_provider.set_person(&ada());
    let mut client = Client::new(&trusted);
    sign_in(&trusted, &mut client).await.expect(303);
    assert_eq!(client.get("/load-user").await.json()["roles"], json!(["MEMBER", "SUPER_ADMIN"]));

    // A linked identity that merely claims the address is not enough.
    let other = world(&json!({ "trustedEmailDomains": [] }), &vars);
    let mut stranger = member(&other, "ada@example.com").await;
    other.identity_provider.set_person(&ada());
    link(&other, &mut stranger).await.expect(303);
    let mut client = Client::new(&other);
    sign_in(&other, &mut client).await.expect(303);
    assert_eq!(client.get("/load-user").await.json()["roles"], json!(["MEMBER"]));
}

#[tokio::test]
async fn an_identity_is_linked_by_whoever_is_signed_in_and_by_nobody_else() {
    let world = world(&json!({}), &[]);
    let mut bob = member(&world, "bob@example.com").await;
    let mut eve = member(&world, "eve@example.com").await;
    let mut person = ada();
    person["email"] = json!("bob@private.example");
    world.identity_provider.set_person(&person);

    // Begun by Bob and finished in a browser of Eve's, or in one that has signed out.
    let begun = bob.post("/identities", &json!({ "provider": "sso" })).await.expect(200);
    let query = world.identity_provider.authorize(&text(&begun.json()["url"]));
    eve.login.clone_from(&bob.login);
    eve.get(&format!("/oidc/callback?{query}")).await.expect_problem(400, "oidc_state_invalid");
    let mut signed_out = Client::new(&world);
    let begun = bob.post("/identities", &json!({ "provider": "sso" })).await.expect(200);
    let query = world.identity_provider.authorize(&text(&begun.json()["url"]));
    signed_out.login.clone_from(&bob.login);
    signed_out.get(&format!("/oidc/callback?{query}")).await.expect_problem(401, "unauthenticated");
    assert_eq!(count(&world, "external_identities").await, 0);

    link(&world, &mut bob).await.expect(303);
    link(&world, &mut bob).await.expect(303);
    assert_eq!(count(&world, "external_identities").await, 1, "twice is once");
    let subjects: Vec<String> =
        world.mails("bob@example.com").await.into_iter().map(|mail| mail.subject).collect();
    assert_eq!(
        subjects,
        ["A new way to sign in to your account"],
        "whoever found the session open is noticed"
    );
    link(&world, &mut eve).await.expect_problem(409, "identity_taken");
    let mut client = Client::new(&world);
    sign_in(&world, &mut client).await.expect(303);
    assert_eq!(my_id(&mut client).await, my_id(&mut bob).await);
    bob.post("/identities", &json!({ "provider": "other" })).await.expect_problem(400, "invalid_request");
}

#[tokio::test]
async fn a_page_of_another_site_can_not_have_an_identity_linked() {
    let world = world(&json!({}), &[]);
    let mut bob = member(&world, "bob@example.com").await;
    let request = http::Request::builder()
        .method("POST")
        .uri("http://localhost:8787/api/identities")
        .header("content-type", "application/json")
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site");
    let body = json!({ "provider": "sso" }).to_string().into_bytes();
    bob.send(request.body(body).unwrap()).await.expect_problem(403, "cross_origin");
}

#[tokio::test]
async fn an_identity_is_unlinked_with_what_came_with_it() {
    let map = r#"{"editors": "EDITOR"}"#;
    let world = world(&json!({ "groupsClaim": "groups" }), &[("OIDC_GROUP_ROLE_MAP", map)]);
    let mut admin = super_admin(&world, "root@example.com").await;
    create_role(&mut admin, "EDITOR", &["audit:read"]).await;
    let mut bob = member(&world, "bob@example.com").await;
    let mut person = ada();
    person["groups"] = json!(["editors"]);
    world.identity_provider.set_person(&person);
    link(&world, &mut bob).await.expect(303);
    let mut by_identity = Client::new(&world);
    sign_in(&world, &mut by_identity).await.expect(303);
    assert_eq!(bob.get("/load-user").await.json()["roles"], json!(["EDITOR", "MEMBER"]));

    let id = text(&bob.get("/identities").await.json()["items"][0]["id"]);
    admin.delete(&format!("/identities/{id}")).await.expect_problem(404, "not_found");
    bob.delete(&format!("/identities/{id}")).await.expect(204);
    bob.delete(&format!("/identities/{id}")).await.expect_problem(404, "not_found");
    assert_eq!(bob.get("/load-user").await.json()["roles"], json!(["MEMBER"]));
    by_identity.get("/load-user").await.expect_problem(401, "unauthenticated");
    sign_in(&world, &mut Client::new(&world)).await.expect_problem(403, "oidc_not_provisioned");
}

#[tokio::test]
async fn identities_are_linked_and_unlinked_after_a_sign_in_just_now_alone() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    let refused = async |client: &mut Client<'_, Native>, id: &str| {
        let body = json!({ "provider": "sso" });
        client.post("/identities", &body).await.expect_problem(403, "recent_sign_in_required");
        client.delete(&format!("/identities/{id}")).await.expect_problem(403, "recent_sign_in_required");
    };
    // By a password: while the sign-in is young.
    let mut bob = member(&world, "bob@example.com").await;
    link(&world, &mut bob).await.expect(303);
    let id = text(&bob.get("/identities").await.json()["items"][0]["id"]);
    world.runtime.advance(Duration::from_secs(601));
    refused(&mut bob, &id).await;
    bob.login("bob@example.com", PASSWORD).await.expect(200);
    // At a provider: while the credentials are, and not where it knew the browser.
    let mut by_identity = Client::new(&world);
    sign_in(&world, &mut by_identity).await.expect(303);
    refused(&mut by_identity, &id).await;
    credentials_are_entered(&world);
    sign_in(&world, &mut by_identity).await.expect(303);
    by_identity.delete(&format!("/identities/{id}")).await.expect(204);
    assert_eq!(count(&world, "external_identities").await, 0);
}

/// A provider begins a session without a question where it knows the browser, so that a page of another site must not lead there.
#[tokio::test]
async fn a_link_of_another_site_leads_to_the_button_and_begins_nothing() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    let follow = async |from: Option<&str>, path: &str| {
        let mut request = http::Request::builder()
            .uri(format!("http://localhost:8787/api{path}"))
            .header("accept", "text/html");
        if let Some(from) = from {
            request = request.header("sec-fetch-site", from);
        }
        let mut client = Client::new(&world);
        let reply = client.send(request.body(Vec::new()).unwrap()).await.expect(303);
        (location(&reply).to_owned(), client.login.is_some())
    };
    for from in ["cross-site", "same-site"] {
        for (path, expected) in [
            ("/oidc/login?provider=sso", "/sign-in"),
            ("/oidc/login?provider=sso&next=%2Fboard%3Fa%3Db", "/sign-in?next=%2Fboard%3Fa%3Db"),
            ("/oidc/login?next=%2F%2Fevil.example&prompt=login", "/sign-in"),
        ] {
            assert_eq!(follow(Some(from), path).await, (expected.to_owned(), false), "{from} {path}");
        }
    }
    assert_eq!(count(&world, "identity_logins").await, 0);
    // The button, an address that somebody typed, and what is no browser.
    for from in [Some("same-origin"), Some("none"), None] {
        let (url, begun) = follow(from, "/oidc/login?provider=sso").await;
        assert!(url.starts_with(ISSUER) && begun, "{from:?} {url}");
    }
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    credentials_are_entered(&world);
    let mut client = Client::new(&world);
    sign_in(&world, &mut client).await.expect(303);
    let first = text(&client.get("/identities").await.json()["items"][0]["id"]);
    client.delete(&format!("/identities/{first}")).await.expect_problem(409, "last_way_in");
    client.get("/load-user").await.expect(200);

    world.identity_provider.set_person(&json!({ "sub": "ada-2" }));
    link(&world, &mut client).await.expect(303);
    client.delete(&format!("/identities/{first}")).await.expect(204);
    let second = text(&client.get("/identities").await.json()["items"][0]["id"]);
    client.delete(&format!("/identities/{second}")).await.expect_problem(409, "last_way_in");
    // An account that goes needs no way in.
    world.sql("DELETE FROM users").await;
    assert_eq!(count(&world, "external_identities").await, 0);
}

#[tokio::test]
async fn an_account_without_a_password_is_deleted_by_credentials_entered_just_now() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    let refused = async |client: &mut Client<'_, Native>| {
        client.post("/delete-account", &json!({})).await.expect_problem(403, "recent_sign_in_required");
    };
    // The provider does not say when: the session is young, and may have begun without a question.
    let mut client = Client::new(&world);
    sign_in(&world, &mut client).await.expect(303);
    refused(&mut client).await;
    world.identity_provider.tamper_with_id_tokens(|claims| {
        claims["auth_time"] = json!(claims["iat"].as_i64().unwrap() - 601);
    });
    sign_in(&world, &mut client).await.expect(303);
    refused(&mut client).await;

    let url = start(&mut client, "/oidc/login?prompt=login&next=%2Fdelete-account").await;
    assert!(url.contains("&prompt=login&max_age=0"), "{url}");
    // A clock that is ahead gives nobody more time.
    world.identity_provider.tamper_with_id_tokens(|claims| {
        claims["auth_time"] = json!(claims["iat"].as_i64().unwrap() + 3_600);
    });
    let query = world.identity_provider.authorize(&url);
    let reply = client.get(&format!("/oidc/callback?{query}")).await.expect(303);
    assert_eq!(location(&reply), "/delete-account");
    world.runtime.advance(Duration::from_secs(601));
    refused(&mut client).await;
    sign_in(&world, &mut client).await.expect(303);
    world.runtime.advance(Duration::from_secs(599));
    client.post("/delete-account", &json!({})).await.expect(204);
    for table in ["users", "external_identities", "sessions", "identity_sessions"] {
        assert_eq!(count(&world, table).await, 0, "{table}");
    }
    let reply = client.get("/oidc/login?prompt=none").await.expect_problem(400, "invalid_request");
    assert_eq!(reply.json()["field"], "prompt");
}

#[tokio::test]
async fn sign_out_ends_the_session_and_offers_the_providers() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    let mut client = Client::new(&world);
    sign_in(&world, &mut client).await.expect(303);
    let mut before = Client::new(&world);
    before.session.clone_from(&client.session);
    let reply = client.post("/logout", &json!({})).await.expect(200).json();
    let url = text(&reply["providerLogoutUrl"]);
    assert!(url.starts_with(&format!("{ISSUER}/end?client_id=edgeward&")), "{url}");
    assert!(url.contains("post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8787%2Fsign-in"), "{url}");
    assert!(url.contains("&id_token_hint=ey"), "{url}");
    before.get("/load-user").await.expect_problem(401, "unauthenticated");

    // A provider that is away or offers nothing keeps nobody here.
    sign_in(&world, &mut client).await.expect(303);
    world.runtime.advance(Duration::from_hours(2));
    world.identity_provider.set_down(true);
    client.post("/logout", &json!({})).await.expect(204);
    world.identity_provider.set_down(false);
    // A session that began with a password has nothing to do with it.
    member(&world, "bob@example.com").await.post("/logout", &json!({})).await.expect(204);
}

async fn told(client: &mut Client<'_, Native>, token: &str) -> Reply {
    let request = http::Request::builder()
        .method("POST")
        .uri("http://localhost:8787/api/oidc/backchannel-logout")
        .header("content-type", "application/x-www-form-urlencoded");
    client.send(request.body(format!("logout_token={token}").into_bytes()).unwrap()).await
}

#[tokio::test]
async fn a_logout_token_ends_the_sessions_that_it_is_about() {
    let world = auto();
    let provider = &world.identity_provider;
    let mut provider_itself = Client::new(&world);
    let signed_in = async |subject: &str, sid: &str| {
        let mut person = ada();
        person["sub"] = json!(subject);
        person["sid"] = json!(sid);
        person["email"] = json!(format!("{subject}@example.com"));
        provider.set_person(&person);
        let mut client = Client::new(&world);
        sign_in(&world, &mut client).await.expect(303);
        client
    };
    let mut one = signed_in("ada-1", "one").await;
    let mut two = signed_in("ada-1", "two").await;
    let mut other = signed_in("bob-1", "three").await;

    let token = provider.logout_token(|claims| claims["sid"] = json!("one"));
    told(&mut provider_itself, &token).await.expect(200);
    one.get("/load-user").await.expect_problem(401, "unauthenticated");
    two.get("/load-user").await.expect(200);
    told(&mut provider_itself, &token).await.expect_problem(400, "logout_token_invalid");

    let token = provider.logout_token(|claims| {
        claims["sub"] = json!("bob-1");
        claims["sid"] = json!("two");
    });
    told(&mut provider_itself, &token).await.expect(200);
    two.get("/load-user").await.expect(200);
    other.get("/load-user").await.expect(200);

    let token = provider.logout_token(|claims| claims["sub"] = json!("ada-1"));
    told(&mut provider_itself, &token).await.expect(200);
    two.get("/load-user").await.expect_problem(401, "unauthenticated");
    assert_eq!(e2e::cases::revocation::cached(&world, &two).await, None);
    other.get("/load-user").await.expect(200);
    assert_eq!(count(&world, "audit_log WHERE action = 'provider.logout'").await, 3);
    world.runtime.advance(Duration::from_mins(12));
    world.run_cron().await;
    assert_eq!(count(&world, "identity_logouts").await, 0);
    told(&mut provider_itself, &token).await.expect_problem(400, "logout_token_invalid");
}

#[tokio::test]
async fn a_logout_token_that_proves_nothing_ends_nothing() {
    let world = auto();
    let provider = &world.identity_provider;
    provider.set_person(&ada());
    let mut client = Client::new(&world);
    sign_in(&world, &mut client).await.expect(303);
    let wrong: [Change; 6] = [
        |claims| claims["iss"] = json!("https://evil.example"),
        |claims| claims["aud"] = json!("other"),
        |claims| claims["events"] = json!({}),
        |claims| claims["nonce"] = json!("n"),
        |claims| claims["iat"] = json!(1),
        |claims| claims["sub"] = json!(""),
    ];
    let mut provider_itself = Client::new(&world);
    for change in wrong {
        let token = provider.logout_token(|claims| {
            claims["sub"] = json!("ada-1");
            change(claims);
        });
        told(&mut provider_itself, &token).await.expect_problem(400, "logout_token_invalid");
    }
    let token = provider.logout_token(|claims| claims["sub"] = json!("ada-1"));
    provider.sign_with(Signer::es256("first", 9));
    let forged = provider.logout_token(|claims| claims["sub"] = json!("ada-1"));
    for token in [&forged, &token[..token.len() - 4], "", "x"] {
        let reply = told(&mut provider_itself, token).await;
        assert_eq!(reply.status, 400, "{}", reply.text());
    }
    provider_itself.post("/oidc/backchannel-logout", &json!({})).await.expect_problem(415, "not_a_form");
    client.get("/load-user").await.expect(200);
}

#[tokio::test]
async fn a_person_is_shown_what_went_wrong_where_they_came_from() {
    let world = auto();
    let mut client = Client::new(&world);
    let ask = |path: &str| {
        let request = http::Request::builder().uri(format!("http://localhost:8787/api{path}"));
        request.header("accept", "text/html,application/xhtml+xml").body(Vec::new()).unwrap()
    };
    let reply = client.send(ask("/oidc/callback?code=x&state=y")).await.expect(303);
    assert_eq!(location(&reply), "/sign-in?error=oidc_state_invalid");
    let mut bob = member(&world, "bob@example.com").await;
    world.identity_provider.set_person(&ada());
    sign_in(&world, &mut Client::new(&world)).await.expect(303);
    let begun = bob.post("/identities", &json!({ "provider": "sso" })).await.expect(200);
    let query = world.identity_provider.authorize(&text(&begun.json()["url"]));
    let reply = bob.send(ask(&format!("/oidc/callback?{query}"))).await.expect(303);
    assert_eq!(location(&reply), "/profile?error=identity_taken");
}

#[tokio::test]
async fn secrets_are_in_no_log_and_in_no_audit_event() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    let mut client = Client::new(&world);
    let url = start(&mut client, "/oidc/login").await;
    let cookie = client.login.clone().unwrap();
    let query = world.identity_provider.authorize(&url);
    client.get(&format!("/oidc/callback?{query}")).await.expect(303);
    world.identity_provider.sign_with(Signer::none("first"));
    sign_in(&world, &mut Client::new(&world)).await.expect_problem(502, "oidc_failed");
    let code = query.split('&').find_map(|pair| pair.strip_prefix("code=")).unwrap();
    let token = text(&world.sql("SELECT id_token FROM identity_sessions").await[0]["id_token"]);
    let mut seen =
        world.runtime.log_lines().iter().map(|line| line.line.to_string()).collect::<Vec<_>>().join("\n");
    for row in world.sql("SELECT details FROM audit_log").await {
        seen.push_str(&text(&row["details"]));
    }
    for secret in [cookie.as_str(), code, token.as_str(), "a secret of tests"] {
        assert!(!seen.contains(secret), "{secret}");
    }
    assert!(
        !world.sql("SELECT * FROM identity_logins").await.iter().any(|row| row.to_string().contains(&cookie))
    );
}

#[tokio::test]
async fn with_rbac_off_signing_in_works_without_roles() {
    let mut vars = AUTO.to_vec();
    vars.extend([("RBAC_ENABLED", "off"), ("OIDC_GROUP_ROLE_MAP", r#"{"a": "EDITOR"}"#)]);
    let world = world(&json!({ "groupsClaim": "groups" }), &vars);
    let mut person = ada();
    person["groups"] = json!(["a"]);
    world.identity_provider.set_person(&person);
    let mut client = Client::new(&world);
    sign_in(&world, &mut client).await.expect(303);
    assert_eq!(client.get("/load-user").await.json()["roles"], Value::Null);
    for table in ["user_roles", "audit_log", "identity_roles"] {
        assert_eq!(count(&world, table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn two_first_sign_ins_at_once_make_one_account() {
    let world = auto();
    world.identity_provider.set_person(&ada());
    let (mut one, mut two) = (Client::new(&world), Client::new(&world));
    let (first, second) = tokio::join!(sign_in(&world, &mut one), sign_in(&world, &mut two));
    first.expect(303);
    second.expect(303);
    assert_eq!((count(&world, "users").await, count(&world, "external_identities").await), (1, 1));
}
