//! How passwords are chosen, kept and guessed at.

use accounts::GuessSubject;
use serde_json::json;
use testkit::{Client, World};

use super::{PASSWORD, count, member, my_id, text};

/// `correct horse battery`, as the older framework stores it: 16 random bytes in decimal, and the SHA-256 of them and
/// the password.
const OF_THE_OLDER_FRAMEWORK: &str = "01734516885102119136153170187204221238255:6f1bf93eac6da8a4ed4b1e2247b636ca8bb02072d1e7908cb95e024d8c64ef0f";

async fn stored<W: World>(world: &W) -> String {
    text(&world.sql("SELECT password_hash FROM users").await[0]["password_hash"])
}

/// A list says which, and the answer says so at the field.
pub async fn a_common_password_can_not_be_chosen<W: World>(world: &mut W) {
    let mut client = Client::new(world);
    for password in ["Password1234", "qwertyuiop123", "aaaaaaaaaaaa"] {
        let reply = client.register("ada@example.com", password).await.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], "password");
        assert!(reply.text().contains("most common"), "{}", reply.text());
    }
    assert_eq!(count(world, "users").await, 0);
}

/// Each algorithm reads what the other wrote, and replaces it at the next sign-in.
pub async fn the_algorithm_can_be_changed_at_any_time<W: World>(world: &mut W) {
    world.restart_with(&[("PASSWORD_HASH", "pbkdf2"), ("PBKDF2_ITERATIONS", "10000")]).await;
    Client::new(world).register("ada@example.com", PASSWORD).await.expect(201);
    assert!(stored(world).await.starts_with("$pbkdf2-sha256$i=10000,l=32$"));
    for (algorithm, iterations, expected) in [
        ("pbkdf2", "10000", "$pbkdf2-sha256$i=10000,l=32$"),
        ("pbkdf2", "100000", "$pbkdf2-sha256$i=100000,l=32$"),
        ("argon2id", "10000", "$argon2id$v=19$m="),
        ("pbkdf2", "20000", "$pbkdf2-sha256$i=20000,l=32$"),
    ] {
        world.restart_with(&[("PASSWORD_HASH", algorithm), ("PBKDF2_ITERATIONS", iterations)]).await;
        let before = stored(world).await;
        let mut client = Client::new(world);
        client.login("ada@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
        client.login("ada@example.com", "").await.expect_problem(401, "invalid_credentials");
        client.login("nobody@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
        assert_eq!(stored(world).await, before, "a wrong password changes nothing");
        client.login("ada@example.com", PASSWORD).await.expect(200);
        let after = stored(world).await;
        assert!(after.starts_with(expected), "{after}");
        client.login("ada@example.com", PASSWORD).await.expect(200);
        assert_eq!(stored(world).await, after, "as the settings are, nothing is to be replaced");
    }
}

/// It opens the account once more, and is gone.
pub async fn a_hash_of_the_older_framework_is_good_for_one_sign_in<W: World>(world: &mut W) {
    let mut client = Client::new(world);
    client.register("ada@example.com", "something else entirely").await.expect(201);
    world.sql(&format!("UPDATE users SET password_hash = '{OF_THE_OLDER_FRAMEWORK}'")).await;
    client
        .login("ada@example.com", "something else entirely")
        .await
        .expect_problem(401, "invalid_credentials");
    assert_eq!(stored(world).await, OF_THE_OLDER_FRAMEWORK);
    client.login("ada@example.com", PASSWORD).await.expect(200);
    assert!(stored(world).await.starts_with("$argon2id$"));
    client.login("ada@example.com", PASSWORD).await.expect(200);
}

/// To a stranger it looks like a wrong password.
pub async fn a_hash_that_can_not_be_read_opens_nothing<W: World>(world: &mut W) {
    let mut client = Client::new(world);
    client.register("ada@example.com", PASSWORD).await.expect(201);
    for unreadable in
        ["$2b$12$abcdefghijklmnopqrstuv", "", "$pbkdf2-sha256$i=4294967295$c2FsdHNhbHQ$c2FsdHNhbHQ"]
    {
        world.sql(&format!("UPDATE users SET password_hash = '{unreadable}'")).await;
        client.login("ada@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    }
}

/// Whoever guesses has to wait, be there an account or not; the right password is not looked at meanwhile.
pub async fn guessing_is_delayed_alike_with_and_without_an_account<W: World>(world: &mut W) {
    Client::new(world).register("ada@example.com", PASSWORD).await.expect(201);
    let mut seen = Vec::new();
    for email in ["ada@example.com", "nobody@example.com"] {
        let mut guesser = Client::new(world);
        // Longer than the delay takes to run out meanwhile.
        for _ in 0..5 {
            guesser.login(email, "wrong password").await.expect_problem(401, "invalid_credentials");
        }
        world.sql("UPDATE sign_in_failures SET failures = 12 WHERE failures > 0").await;
        let mut other = Client::new(world);
        let reply =
            other.login(&email.to_uppercase(), PASSWORD).await.expect_problem(429, "too_many_requests");
        let wait: u32 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=128).contains(&wait), "{wait}");
        let mut body = reply.json();
        body["requestId"].take();
        seen.push(body);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(count(world, "sessions").await, 0);
}

/// After the delay a right password signs in, and the count starts over.
pub async fn the_right_password_after_the_delay_signs_in<W: World>(world: &mut W) {
    let mut client = Client::new(world);
    client.register("ada@example.com", PASSWORD).await.expect(201);
    for _ in 0..5 {
        client.login("ada@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
    }
    assert_eq!(count(world, "sign_in_failures WHERE failures = 5").await, 1);
    world.sql("UPDATE sign_in_failures SET failed_at = failed_at - 1000").await;
    client.login("ada@example.com", PASSWORD).await.expect(200);
    assert_eq!(count(world, "sign_in_failures WHERE failures > 0").await, 0);
    client.login("ada@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
    client.login("ada@example.com", PASSWORD).await.expect(200);
}

/// Guesses by somebody who found a session open are delayed; a stranger's guesses at sign-in don't keep the owner from
/// changing the password, which ends the delay.
pub async fn changing_the_password_is_delayed_apart_from_signing_in<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let mut stranger = Client::new(world);
    let change =
        |current: &str| json!({ "currentPassword": current, "newPassword": "a new password of mine" });
    for _ in 0..5 {
        stranger.login("ada@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
        ada.post("/change-password", &change("wrong password")).await.expect_problem(403, "wrong_password");
    }
    world.sql("UPDATE sign_in_failures SET failures = 12 WHERE failures > 0").await;
    ada.post("/change-password", &change(PASSWORD)).await.expect_problem(429, "too_many_requests");
    stranger.login("ada@example.com", PASSWORD).await.expect_problem(429, "too_many_requests");
    ada.get("/load-user").await.expect(200);
    let owner = GuessSubject::signed_in(my_id(&mut ada).await.parse().unwrap());
    let later = "UPDATE sign_in_failures SET failed_at = failed_at - 128000";
    world.sql(&format!("{later} WHERE subject = '{owner}'")).await;
    ada.post("/change-password", &change(PASSWORD)).await.expect(204);
    assert_eq!(count(world, "sign_in_failures WHERE failures > 0").await, 0);
    stranger.login("ada@example.com", "a new password of mine").await.expect(200);
}

/// One address may try so often in a minute, whatever accounts it names; others go on.
pub async fn an_address_that_tries_too_often_is_refused<W: World>(world: &mut W) {
    let mut flood = Client::new(world);
    let mut refused = None;
    for number in 0..70 {
        let body = json!({ "username": format!("user{number}@example.com"), "password": "x" });
        let reply = flood.post("/login", &body).await;
        if reply.status == 429 {
            refused = Some(reply.expect_problem(429, "too_many_requests"));
            break;
        }
        reply.expect_problem(401, "invalid_credentials");
    }
    let refused = refused.unwrap_or_else(|| panic!("70 attempts in a row were let through"));
    assert_eq!(refused.headers["retry-after"], "60");
    flood.register("ada@example.com", PASSWORD).await.expect_problem(429, "too_many_requests");
    Client::new(world).register("ada@example.com", PASSWORD).await.expect(201);
}

/// By a browser that has signed in before, whose own guesses are counted like anybody's; a cookie that is made up or of another
/// account is worth nothing.
pub async fn a_strangers_guesses_do_not_hold_up_a_known_device<W: World>(world: &mut W) {
    let mut ada = Client::new(world);
    ada.register("ada@example.com", PASSWORD).await.expect(201);
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    let known = ada.device.clone().unwrap();
    ada.post("/logout", &json!({})).await.expect(204);
    let mut bob = Client::new(world);
    bob.register("bob@example.com", PASSWORD).await.expect(201);
    bob.login("bob@example.com", PASSWORD).await.expect(200);
    for _ in 0..5 {
        let mut stranger = Client::new(world);
        stranger.login("ada@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
    }
    let held_up = "UPDATE sign_in_failures SET failures = 14 WHERE failures > 0";
    world.sql(held_up).await;
    for device in [None, Some("A".repeat(43)), Some("garbage".to_owned()), bob.device.clone()] {
        let mut stranger = Client::new(world);
        stranger.device = device;
        stranger.login("ada@example.com", PASSWORD).await.expect_problem(429, "too_many_requests");
    }

    ada.login("ada@example.com", PASSWORD).await.expect(200);
    assert_eq!(ada.device.as_ref(), Some(&known), "the cookie lives on");
    // The stranger waits as before.
    Client::new(world).login("ada@example.com", PASSWORD).await.expect_problem(429, "too_many_requests");
    // Whoever has the device guesses no faster than anybody.
    for _ in 0..5 {
        ada.login("ada@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
    }
    world.sql(held_up).await;
    ada.login("ada@example.com", PASSWORD).await.expect_problem(429, "too_many_requests");
    // A cookie that somebody else has put there does not become known by the owner's sign-in.
    world.sql("DELETE FROM sign_in_failures").await;
    let planted = "B".repeat(43);
    let mut victim = Client::new(world);
    victim.device = Some(planted.clone());
    victim.login("ada@example.com", PASSWORD).await.expect(200);
    assert_ne!(victim.device, Some(planted));
    let stored = json!(world.sql("SELECT * FROM sign_in_failures").await).to_string();
    assert!(!stored.contains(victim.device.as_ref().unwrap()), "known by a digest alone");
}
