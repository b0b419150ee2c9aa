//! One's own sessions, and the password that starts them.

use http::header::{COOKIE, SET_COOKIE};
use http::{Method, Request};
use serde_json::{Value, json};
use testkit::{Client, World};
use tokio::join;

use super::revocation::{cached, cached_at_last};
use super::{
    PASSWORD, assign, count, create_role, member, my_id, permission_id, register_permissions, signed_in,
    super_admin, text,
};

const NEW_PASSWORD: &str = "another horse battery";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

fn with_cookie<'w, W: World>(world: &'w W, session: Option<&String>) -> Client<'w, W> {
    let mut client = Client::new(world);
    client.session = session.cloned();
    client
}

pub(super) async fn listed<W: World>(client: &mut Client<'_, W>) -> Vec<Value> {
    client.get("/sessions").await.expect(200).json()["items"].as_array().unwrap().clone()
}

pub(super) async fn current<W: World>(client: &mut Client<'_, W>) -> String {
    let sessions = listed(client).await;
    text(&sessions.iter().find(|session| session["current"] == true).unwrap()["id"])
}

/// With what is needed to tell them apart, and without what could be used.
pub async fn sessions_list_ones_own_and_never_those_of_others<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let mut phone = Client::new(world);
    let request = Request::post("http://localhost:8787/api/login")
        .header("content-type", "application/json")
        .header("user-agent", PHONE)
        .body(json!({ "username": "ada@example.com", "password": PASSWORD }).to_string().into_bytes());
    phone.send(request.unwrap()).await.expect(200);
    let mut bob = member(world, "bob@example.com").await;

    let sessions = listed(&mut ada).await;
    assert_eq!(sessions.len(), 2, "{sessions:?}");
    let of_phone = sessions.iter().find(|session| session["current"] == false).unwrap();
    assert_eq!(json!([of_phone["device"], of_phone["userAgent"]]), json!(["Safari on iPhone", PHONE]));
    for session in &sessions {
        assert!(session["createdAt"].as_str().unwrap() < session["expiresAt"].as_str().unwrap());
        assert!(session["createdAt"].as_str().unwrap() <= session["lastSeenAt"].as_str().unwrap());
        assert_eq!(session.as_object().unwrap().len(), 7, "{session}");
    }
    let of_bob = listed(&mut bob).await;
    assert_eq!(of_bob.len(), 1);
    assert!(sessions.iter().all(|session| session["id"] != of_bob[0]["id"]));

    let first = ada.get("/sessions?limit=1").await.expect(200).json();
    let cursor = text(&first["nextCursor"]);
    let second = ada.get(&format!("/sessions?limit=1&cursor={cursor}")).await.expect(200).json();
    assert_eq!([&first["items"][0], &second["items"][0]], [&sessions[0], &sessions[1]]);
    assert_eq!(second.get("nextCursor"), None);
}

/// From the next request on, and in the cache.
pub async fn a_session_is_ended_by_its_owner_alone<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let mut phone = signed_in(world, "ada@example.com").await;
    let mut bob = member(world, "bob@example.com").await;
    cached_at_last(world, &phone).await;
    let (of_ada, of_phone) = (current(&mut ada).await, current(&mut phone).await);

    for id in [of_phone.as_str(), "00000000-0000-7000-8000-00000000dead", "x"] {
        bob.delete(&format!("/sessions/{id}")).await.expect_problem(404, "not_found");
    }
    phone.get("/load-user").await.expect(200);
    let reply = ada.delete(&format!("/sessions/{of_phone}")).await.expect(204);
    assert!(!reply.headers.contains_key(SET_COOKIE), "this session stays");
    phone.get("/load-user").await.expect_problem(401, "unauthenticated");
    world.settle().await;
    assert_eq!(cached(world, &phone).await, None);
    ada.delete(&format!("/sessions/{of_phone}")).await.expect_problem(404, "not_found");

    ada.delete(&format!("/sessions/{of_ada}")).await.expect(204);
    assert_eq!(ada.session, None, "the cookie goes with the session");
    bob.get("/load-user").await.expect(200);
    assert_eq!(count(world, "audit_log WHERE action = 'session.ended'").await, 2);
}

/// This one and everybody else's stay.
pub async fn all_other_sessions_end_at_once<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let mut others = [signed_in(world, "ada@example.com").await, signed_in(world, "ada@example.com").await];
    let mut bob = member(world, "bob@example.com").await;
    for other in &others {
        cached_at_last(world, other).await;
    }
    ada.delete("/sessions").await.expect(204);
    world.settle().await;
    for other in &mut others {
        assert_eq!(cached(world, other).await, None);
        other.get("/load-user").await.expect_problem(401, "unauthenticated");
    }
    ada.get("/load-user").await.expect(200);
    bob.get("/load-user").await.expect(200);
    assert_eq!(listed(&mut ada).await.len(), 1);
    ada.delete("/sessions").await.expect(204);
}

/// Whoever finds a session open does not sign its owner out elsewhere; the owner shows who they are by signing in.
pub async fn other_sessions_are_ended_after_a_sign_in_just_now_alone<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let mut phone = signed_in(world, "ada@example.com").await;
    let (of_ada, of_phone) = (current(&mut ada).await, current(&mut phone).await);
    world.sql("UPDATE sessions SET created_at = created_at - 660000").await;
    for path in ["/sessions".to_owned(), format!("/sessions/{of_phone}")] {
        ada.delete(&path).await.expect_problem(403, "recent_sign_in_required");
    }
    phone.get("/load-user").await.expect(200);
    assert_eq!(count(world, "audit_log WHERE action LIKE '%session%ended'").await, 0);

    let before = ada.session.clone();
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    assert_ne!(ada.session, before, "another sign-in is another session");
    with_cookie(world, before.as_ref()).get("/load-user").await.expect_problem(401, "unauthenticated");
    ada.delete(&format!("/sessions/{of_ada}")).await.expect_problem(404, "not_found");
    ada.delete(&format!("/sessions/{of_phone}")).await.expect(204);
    phone.get("/load-user").await.expect_problem(401, "unauthenticated");
    ada.delete("/sessions").await.expect(204);

    // To sign out is anybody's who is signed in.
    world.sql("UPDATE sessions SET created_at = created_at - 660000").await;
    let own = current(&mut ada).await;
    ada.delete(&format!("/sessions/{own}")).await.expect(204);
}

/// A new token for whoever changes it, and nothing for whoever else was signed in.
pub async fn a_changed_password_ends_every_session_and_starts_a_new_one<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let mut thief = signed_in(world, "ada@example.com").await;
    cached_at_last(world, &ada).await;
    cached_at_last(world, &thief).await;
    let before = with_cookie(world, ada.session.as_ref());
    let version = "SELECT authz_version FROM users";
    let old_version = world.sql(version).await[0]["authz_version"].as_i64().unwrap();

    let body = |current: &str, new: &str| json!({ "currentPassword": current, "newPassword": new });
    let reply = ada.post("/change-password", &body("not the password", NEW_PASSWORD)).await;
    assert_eq!(reply.expect_problem(403, "wrong_password").json()["field"], "currentPassword");
    let reply = ada.post("/change-password", &body(PASSWORD, "Ada@example.com")).await;
    assert_eq!(reply.expect_problem(400, "invalid_request").json()["field"], "newPassword");
    thief.get("/load-user").await.expect(200);

    let reply = ada.post("/change-password", &body(PASSWORD, NEW_PASSWORD)).await.expect(204);
    let cookie = reply.headers[SET_COOKIE].to_str().unwrap();
    assert!(cookie.ends_with("; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=2592000"), "{cookie}");
    assert_ne!(ada.session, before.session);
    ada.get("/load-user").await.expect(200);
    thief.get("/load-user").await.expect_problem(401, "unauthenticated");
    with_cookie(world, before.session.as_ref())
        .get("/load-user")
        .await
        .expect_problem(401, "unauthenticated");
    world.settle().await;
    assert_eq!((cached(world, &before).await, cached(world, &thief).await), (None, None));
    assert_eq!(cached_at_last(world, &ada).await["freshness"], "fresh");
    assert_eq!(world.sql(version).await[0]["authz_version"], old_version + 1);

    thief.login("ada@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    Client::new(world).login("ada@example.com", NEW_PASSWORD).await.expect(200);
    let events = world.sql("SELECT * FROM audit_log WHERE action = 'user.password_changed'").await;
    assert_eq!(events.len(), 1);
    let log = json!(world.sql("SELECT * FROM audit_log").await).to_string();
    for secret in [PASSWORD, NEW_PASSWORD, "argon2id", ada.session.as_ref().unwrap()] {
        assert!(!log.contains(secret), "{secret}");
    }
}

/// The other one finds that its session is over, or that its password is not the current one.
pub async fn two_changes_of_a_password_at_once_leave_one<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let mut phone = with_cookie(world, ada.session.as_ref());
    let body = |new: &str| json!({ "currentPassword": PASSWORD, "newPassword": new });
    let (one, two) = (body("first new password"), body("second new password"));
    let (first, second) = join!(ada.post("/change-password", &one), phone.post("/change-password", &two));
    let (winner, loser) = if first.status == 204 { (one, second) } else { (two, first) };
    assert!([401, 403].contains(&loser.status.as_u16()), "{}", loser.text());
    assert_eq!(count(world, "sessions").await, 1);
    let chosen = winner["newPassword"].as_str().unwrap();
    Client::new(world).login("ada@example.com", chosen).await.expect(200);
}

/// Whatever cookie a browser brings, it leaves with a new one, and the old one is worth nothing.
pub async fn sign_in_gives_a_new_token_and_ends_the_session_it_replaces<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    cached_at_last(world, &ada).await;
    let before = with_cookie(world, ada.session.as_ref());
    ada.login("ada@example.com", "not the password").await.expect(401);
    ada.get("/load-user").await.expect(200);
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    assert_ne!(ada.session, before.session);
    with_cookie(world, before.session.as_ref())
        .get("/load-user")
        .await
        .expect_problem(401, "unauthenticated");
    world.settle().await;
    assert_eq!(cached(world, &before).await, None);
    assert_eq!(count(world, "sessions").await, 1);

    // Session fixation: somebody else planted theirs.
    let mut mallory = member(world, "mallory@example.com").await;
    let mut victim = with_cookie(world, mallory.session.as_ref());
    victim.login("ada@example.com", PASSWORD).await.expect(200);
    assert_ne!(victim.session, mallory.session);
    mallory.get("/load-user").await.expect_problem(401, "unauthenticated");
    ada.get("/load-user").await.expect(200);
}

/// Nobody's: not guessed at, not a failure of ours.
pub async fn a_cookie_that_is_not_one_live_token_is_nobodys<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let bob = member(world, "bob@example.com").await;
    let (of_ada, of_bob) = (ada.session.clone().unwrap(), bob.session.clone().unwrap());
    let name = http_kit::SESSION_COOKIE;
    for (what, cookies) in [
        ("truncated", vec![format!("{name}={}", &of_ada[..42])]),
        ("longer", vec![format!("{name}={of_ada}A")]),
        ("two in one header", vec![format!("{name}={of_ada}; {name}={of_bob}")]),
        ("two in two headers", vec![format!("{name}={of_ada}"), format!("{name}={of_bob}")]),
        ("of another name", vec![format!("session={of_ada}")]),
        ("nobody's token", vec![format!("{name}={}", "A".repeat(43))]),
        ("its hash", vec![format!("{name}={}", accounts::SessionToken::parse(&of_ada).unwrap().hash())]),
        ("huge", vec![format!("{name}={}", "x".repeat(100_000))]),
    ] {
        let mut request = Request::get("http://localhost:8787/api/load-user");
        for cookie in cookies {
            request = request.header(COOKIE, cookie);
        }
        let reply = Client::new(world).send(request.body(vec![]).unwrap()).await;
        // The platform itself may refuse a header of that size.
        let expected = reply.status == 401 || (what == "huge" && reply.status.is_client_error());
        assert!(expected, "{what}: {} {}", reply.status, reply.text());
    }
    assert_eq!(ada.get("/load-user").await.expect(200).json()["username"], "ada@example.com");
}

/// What a cached check does that finds a record stale or missing, and who can't.
pub async fn a_stale_record_is_recomputed_before_it_is_used<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let role = create_role(&mut admin, "auditor", &["roles:read"]).await;
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    cached_at_last(world, &ada).await;
    assign(&mut admin, &ada_id, &role).await;
    world.settle().await;
    assert_eq!(cached(world, &ada).await, None, "of an earlier version of the user");

    let record = ada.post("/sessions/refresh", &json!({})).await.expect(200).json();
    assert_eq!(record["permissions"], json!(["roles:read", "users:read"]));
    // It was written before the answer.
    let found = cached(world, &ada).await.unwrap();
    assert_eq!((&found["freshness"], &found["session"]), (&json!("fresh"), &record));
    // A warm record is left as it is.
    ada.post("/sessions/refresh", &json!({})).await.expect(200);
    assert_eq!(cached(world, &ada).await.unwrap(), found);

    let read = permission_id(world, "roles:read").await;
    admin.delete(&format!("/rbac/roles/{role}/permissions/{read}")).await.expect(204);
    world.settle().await;
    assert_eq!(cached(world, &ada).await.unwrap()["freshness"], "stale");
    let record = ada.post("/sessions/refresh", &json!({})).await.expect(200).json();
    assert_eq!(record["permissions"], json!(["users:read"]));
    assert_eq!(cached(world, &ada).await.unwrap()["freshness"], "fresh");

    let mut before = with_cookie(world, ada.session.as_ref());
    ada.post("/logout", &json!({})).await.expect(204);
    before.post("/sessions/refresh", &json!({})).await.expect_problem(401, "unauthenticated");
    world.settle().await;
    assert_eq!(cached(world, &before).await, None);
    Client::new(world).post("/sessions/refresh", &json!({})).await.expect_problem(401, "unauthenticated");
}

/// From a manifest to the decision and the cache, whole and exact.
pub async fn ten_thousand_permissions_go_from_the_manifest_to_the_cache<W: World>(world: &mut W) {
    const ALL: usize = 10_000;
    let name = |number: usize| format!("warehouse.shelf-{number:05}:read");
    let names: Vec<String> = (0..ALL).map(name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut admin = super_admin(world, "root@example.com").await;
    register_permissions(&mut admin, &names).await;
    let role = create_role(&mut admin, "clerk", &names).await;
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    assign(&mut admin, &ada_id, &role).await;
    world.settle().await;
    ada.login("ada@example.com", PASSWORD).await.expect(200);

    let mut expected: Vec<&str> = vec!["users:read"];
    expected.extend(&names);
    let loaded = ada.get("/load-user").await.expect(200).json();
    assert_eq!(loaded["permissions"], json!(expected));
    let asked: Vec<String> = [0, 1, 4_999, 9_998, 9_999, 10_000, 99_999].into_iter().map(name).collect();
    let check = ada.post("/rbac/check", &json!({ "permissions": asked, "mode": "any" })).await.expect(200);
    for (permission, allowed) in check.json()["permissions"].as_object().unwrap() {
        assert_eq!(*allowed, json!(names.contains(&permission.as_str())), "{permission}");
    }
    let record = cached_at_last(world, &ada).await;
    assert_eq!(record["freshness"], "fresh");
    assert_eq!(record["session"]["permissions"], json!(expected));
    let refreshed = ada.request(Method::POST, "/sessions/refresh", None).await.expect(200).json();
    assert!(refreshed["permissions"] == json!(expected), "the answer of a refresh is whole");
}
