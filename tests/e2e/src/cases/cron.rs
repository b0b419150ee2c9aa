//! What the cron trigger clears away.

use serde_json::json;
use testkit::World;

use super::{count, make_token, member, my_id, signed_in};

/// Of each kind, what is over goes and what is not stays.
pub async fn what_is_over_is_deleted_by_the_cron_trigger<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    for limit in ["expires_at = 1", "last_seen_at = 1"] {
        let over = signed_in(world, "ada@example.com").await;
        let hash = accounts::SessionToken::parse(over.session.as_ref().unwrap()).unwrap().hash();
        world.sql(&format!("UPDATE sessions SET {limit} WHERE token_hash = '{hash}'")).await;
    }
    let reset = make_token(world, &ada_id, "reset_password").await;
    make_token(world, &ada_id, "verify_email").await;
    world.sql("UPDATE one_time_tokens SET expires_at = 1 WHERE purpose = 'verify_email'").await;
    // A token that has just ended is still shown, so that its owner sees why a program is refused.
    for (name, days) in [("live", -1), ("ended", 1), ("long ended", 31)] {
        ada.post("/tokens", &json!({ "name": name, "scopes": [] })).await.expect(201);
        let moment =
            format!("(SELECT created_at FROM sessions WHERE expires_at > 1 LIMIT 1) - {days} * 86400000");
        world.sql(&format!("UPDATE api_tokens SET expires_at = {moment} WHERE name = '{name}'")).await;
    }
    ada.login("nobody@example.com", "wrong password").await.expect(401);
    ada.login("somebody@example.com", "wrong password").await.expect(401);
    world.sql("UPDATE sign_in_failures SET failed_at = 1 WHERE subject = (SELECT min(subject) FROM sign_in_failures WHERE failures > 0)").await;
    ada.post("/forgot-password", &json!({ "username": "ada@example.com" })).await.expect(202);
    world.settle().await;
    world.sql("UPDATE mail_requests SET requested_at = 1").await;
    for (id, created_at) in [(1, "1".to_owned()), (2, "(SELECT max(created_at) FROM sessions)".to_owned())] {
        world
            .sql(&format!(
                "INSERT INTO outbox (id, kind, payload, due_at, created_at) \
                 VALUES ('00000000-0000-7000-8000-00000000000{id}', 'of_the_future', '{{}}', 1, {created_at})"
            ))
            .await;
    }
    let token_before =
        world.sql("SELECT token_hash FROM one_time_tokens WHERE purpose = 'reset_password'").await;

    world.run_cron().await;

    assert_eq!(count(world, "sessions").await, 1);
    ada.get("/load-user").await.expect(200);
    let tokens = world.sql("SELECT token_hash FROM one_time_tokens").await;
    assert_eq!(tokens, token_before);
    assert_eq!(tokens.len(), 1, "{reset}");
    let names = world.sql("SELECT name FROM api_tokens ORDER BY id").await;
    assert_eq!(json!(names), json!([{ "name": "live" }, { "name": "ended" }]));
    assert_eq!(count(world, "sign_in_failures WHERE failures > 0").await, 1);
    assert_eq!(count(world, "mail_requests").await, 0);
    let work = world.sql("SELECT attempts FROM outbox").await;
    assert_eq!(json!(work), json!([{ "attempts": 1 }]), "what is not done is tried again for a month");
}
