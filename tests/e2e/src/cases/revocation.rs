//! What is taken away is gone: at once for strict checks, and from the cache.

use accounts::SessionToken;
use http::Request;
use serde_json::{Value, json};
use testkit::{Client, World};

use super::{assign, create_role, member, my_id, register_permissions, super_admin};

/// What session-state knows of a client's session.
pub async fn cached<W: World>(world: &W, client: &Client<'_, W>) -> Option<Value> {
    let hash = SessionToken::parse(client.session.as_ref().unwrap()).unwrap().hash();
    let request = Request::get(format!("https://session-state/get/{hash}")).body(Vec::new()).unwrap();
    let reply = world.send_to_session_state(request).await;
    (reply.status == 200).then(|| reply.json())
}

/// What session-state knows once a cached check has met the session: the first finds no record, and has it written.
pub async fn cached_at_last<W: World>(world: &W, client: &Client<'_, W>) -> Value {
    let mut check = Client::new(world);
    check.session.clone_from(&client.session);
    check.post("/sessions/refresh", &json!({})).await.expect(200);
    for _ in 0..100 {
        if let Some(found) = cached(world, client).await {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the record of the session was not written");
}

/// The user's records are not believed any more.
pub async fn a_role_taken_from_a_user_denies_the_next_request_and_reaches_the_cache<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    register_permissions(&mut admin, &["docs:read"]).await;
    let role = create_role(&mut admin, "auditor", &["roles:read"]).await;
    let mut ada = member(world, "ada@example.com").await;
    let mut bob = member(world, "bob@example.com").await;
    let ada_id = my_id(&mut ada).await;
    cached_at_last(world, &ada).await;
    let others = cached_at_last(world, &bob).await;
    assign(&mut admin, &ada_id, &role).await;
    ada.get("/rbac/roles").await.expect(200);
    world.settle().await;
    assert_eq!(cached(world, &ada).await, None);

    ada.login("ada@example.com", super::PASSWORD).await.expect(200);
    cached_at_last(world, &ada).await;
    admin.delete(&format!("/rbac/users/{ada_id}/roles/{role}")).await.expect(204);
    ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
    world.settle().await;
    assert_eq!(cached(world, &ada).await, None);
    assert_eq!(cached(world, &bob).await.unwrap(), others, "nobody else's record is touched");
    bob.get("/load-user").await.expect(200);
}

/// And no late refresh brings it back.
pub async fn sign_out_reaches_the_cache<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let record = cached_at_last(world, &ada).await;
    let mut before = Client::new(world);
    before.session.clone_from(&ada.session);
    ada.post("/logout", &json!({})).await.expect(204);
    world.settle().await;
    assert_eq!(cached(world, &before).await, None);

    let hash = SessionToken::parse(before.session.as_ref().unwrap()).unwrap().hash();
    let body = json!({ "ttlSeconds": 600, "session": record["session"] });
    let request = Request::put(format!("https://session-state/update/{hash}"))
        .header("content-type", "application/json")
        .body(body.to_string().into_bytes())
        .unwrap();
    world.send_to_session_state(request).await.expect_problem(409, "revoked");
    assert_eq!(cached(world, &before).await, None);
}
