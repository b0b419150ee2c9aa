//! The guard on workerd, in the example application: what becomes of requests while a worker that it asks is down or slow,
//! while KV answers with what was, and while permissions are taken away under load.
//!
//! `GET /bookmarks` is a cached check there, `GET /credentials` a strict one.
#![cfg(test)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use e2e::bookmarks::{MANIFEST, ask};
use e2e::cases::{assign, create_role, member, my_id, super_admin};
use e2e::live::Live;
use e2e::workerd::{GATE, USER_MGMT_GATE};
use futures_util::future::{join, join_all};
use http::Method;
use serde_json::{Value, json};
use testkit::{Client, Reply, World};
use tokio::task::block_in_place;
use tokio::time::timeout;

/// A gate that hangs does so for a minute; whoever is answered within this has not waited for it.
const IN_TIME: Duration = Duration::from_secs(20);

/// A deployment in which ada may use the application and bob may not.
struct Scene<'w> {
    admin: Client<'w, Live>,
    ada: Client<'w, Live>,
    ada_id: String,
    bob: Client<'w, Live>,
    role: String,
}

fn start() -> Live {
    Live::start_behind_gates("bookmarks", &[("GUARD_TIMEOUT_MS", "500")])
}

async fn scene(world: &Live) -> Scene<'_> {
    let mut admin = super_admin(world, "root@example.com").await;
    let manifest: Value = serde_json::from_str(MANIFEST).unwrap();
    admin.put("/rbac/permissions", &manifest).await.expect(200);
    let role = create_role(&mut admin, "keeper", &["bookmarks:read", "credentials:write"]).await;
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    assign(&mut admin, &ada_id, &role).await;
    let bob = member(world, "bob@example.com").await;
    world.settle().await;
    Scene { admin, ada, ada_id, bob, role }
}

fn set_gate(world: &Live, gate: &str, behaviour: &str) {
    block_in_place(|| world.workerd.set_gate(gate, behaviour)).unwrap();
}

/// A cached check.
async fn cached(client: &mut Client<'_, Live>) -> Reply {
    timeout(IN_TIME, ask(client, Method::GET, "/bookmarks", None)).await.unwrap()
}

/// A strict check.
async fn strict(client: &mut Client<'_, Live>) -> Reply {
    timeout(IN_TIME, ask(client, Method::GET, "/credentials", None)).await.unwrap()
}

fn closed(reply: Reply) {
    let refused = reply.expect_problem(503, "unavailable");
    assert_eq!(refused.headers["retry-after"], "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_worker_that_is_down_or_slow_costs_its_deadline_and_opens_nothing() {
    let world = start();
    let Scene { mut ada, mut bob, .. } = scene(&world).await;
    cached(&mut ada).await.expect(200);
    strict(&mut ada).await.expect(200);

    for behaviour in ["fails", "hangs"] {
        // user-mgmt first: the guard leaves a session-state that failed alone for a while.
        set_gate(&world, USER_MGMT_GATE, behaviour);
        closed(strict(&mut ada).await);
        cached(&mut ada).await.expect(200);
        set_gate(&world, GATE, behaviour);
        closed(cached(&mut ada).await);
        closed(strict(&mut bob).await);
        cached(&mut Client::new(&world)).await.expect_problem(401, "unauthenticated");

        // session-state alone: cached checks become strict ones.
        set_gate(&world, USER_MGMT_GATE, "works");
        for _ in 0..3 {
            cached(&mut ada).await.expect(200);
            cached(&mut bob).await.expect_problem(403, "permission_denied");
        }
        set_gate(&world, GATE, "works");
        // As long as session-state is left alone.
        tokio::time::sleep(Duration::from_secs(6)).await;
        cached(&mut ada).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_store_that_answers_with_what_was_opens_no_strict_check() {
    let world = start();
    let Scene { mut admin, mut ada, ada_id, role, .. } = scene(&world).await;
    cached(&mut ada).await.expect(200);
    world.settle().await;
    let before = world.kv().await;
    admin.delete(&format!("/rbac/users/{ada_id}/roles/{role}")).await.expect(204);
    world.settle().await;
    strict(&mut ada).await.expect_problem(403, "permission_denied");
    cached(&mut ada).await.expect_problem(403, "permission_denied");
    world.settle().await;
    let after = world.kv().await;

    // A location that has not heard yet.
    for key in after.keys() {
        world.set_kv(key, before.get(key).map(String::as_str)).await;
    }
    for (key, value) in &before {
        world.set_kv(key, Some(value)).await;
    }
    cached(&mut ada).await.expect(200);
    strict(&mut ada).await.expect_problem(403, "permission_denied");

    // And now it has.
    for (key, value) in &after {
        world.set_kv(key, Some(value)).await;
    }
    cached(&mut ada).await.expect_problem(403, "permission_denied");

    // A record that is out of date by itself is made anew before it is used.
    assign(&mut admin, &ada_id, &role).await;
    world.settle().await;
    cached(&mut ada).await.expect(200);
    world.settle().await;
    for (key, value) in world.kv().await {
        if let Ok(Value::Object(mut record)) = serde_json::from_str(&value)
            && record.contains_key("permissions")
        {
            record.insert("epoch".to_owned(), json!(0));
            record.insert("permissions".to_owned(), json!([]));
            world.set_kv(&key, Some(&Value::Object(record).to_string())).await;
        }
    }
    cached(&mut ada).await.expect(200);
}

/// Once the revocation has been answered, no strict check that starts later lets through; no cached one once the cache has
/// been told, which is after the response at the latest where it was handled.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_permission_that_is_taken_away_under_load_is_gone_within_the_bound_of_each_check() {
    let world = start();
    let Scene { mut admin, ada, ada_id, role, .. } = scene(&world).await;
    let session = ada.session.clone();
    for round in 0..3 {
        let (revoked, told) = (AtomicBool::new(false), AtomicBool::new(false));
        let load = async {
            let (mut let_through, mut after) = (0, 0);
            while after < 5 {
                let (late, heard) = (revoked.load(Ordering::SeqCst), told.load(Ordering::SeqCst));
                let browsers = join_all((0..8).map(|n| {
                    let mut client = Client::new(&world);
                    client.session.clone_from(&session);
                    async move {
                        let is_strict = n % 2 == 0;
                        let reply =
                            if is_strict { strict(&mut client).await } else { cached(&mut client).await };
                        (is_strict, reply.status.as_u16())
                    }
                }));
                for (is_strict, status) in browsers.await {
                    assert!(matches!(status, 200 | 403), "round {round}: {status}");
                    assert!(!(is_strict && late && status == 200), "round {round}: strict let through");
                    assert!(!(heard && status == 200), "round {round}: cached let through");
                    let_through += usize::from(status == 200);
                }
                after += usize::from(heard);
            }
            let_through
        };
        let revoke = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            admin.delete(&format!("/rbac/users/{ada_id}/roles/{role}")).await.expect(204);
            revoked.store(true, Ordering::SeqCst);
            world.settle().await;
            told.store(true, Ordering::SeqCst);
        };
        let (let_through, ()) = join(load, revoke).await;
        assert!(let_through > 0, "the load was there before the revocation");
        assign(&mut admin, &ada_id, &role).await;
        world.settle().await;
    }
}
