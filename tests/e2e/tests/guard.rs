//! The guard in an application, with the three workers in one process: who gets through in every mode and with every
//! worker down, and what it costs.

mod guard_support;

use std::time::Duration;

use accounts::SessionToken;
use e2e::cases::{
    assign, create_role, member, my_id, permission_id, register_permissions, super_admin, text,
};
use guard_support::Application;
use serde_json::json;
use testkit::{Behaviour, Client, Native, World};

/// A deployment in which ada may read and bob may do nothing, and their browsers.
struct Scene<'w> {
    admin: Client<'w, Native>,
    ada: Client<'w, Native>,
    bob: Client<'w, Native>,
    role: String,
}

async fn scene(world: &Native) -> Scene<'_> {
    let mut admin = super_admin(world, "root@example.com").await;
    register_permissions(&mut admin, &["docs:read", "docs:write"]).await;
    let role = create_role(&mut admin, "reader", &["docs:read"]).await;
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    assign(&mut admin, &ada_id, &role).await;
    let bob = member(world, "bob@example.com").await;
    world.settle().await;
    Scene { admin, ada, bob, role }
}

const MODES: [&str; 3] = ["off", "report", "on"];

#[tokio::test]
async fn a_warm_cached_check_reads_kv_once_and_the_database_never() {
    let world = Native::new();
    let Scene { ada, .. } = scene(&world).await;
    let app = Application::new(&world, &[]);
    app.get("/cached", &ada).await.expect(200);
    app.settle(&world).await;
    world.db.take_calls();
    world.sessions_kv.take_counts();
    world.user_mgmt.take_calls();
    for _ in 0..10 {
        app.get("/cached", &ada).await.expect(200);
    }
    app.settle(&world).await;
    let calls = world.db.take_calls();
    assert!(calls.iter().flatten().all(|statement| statement.name == "test"), "{calls:?}");
    assert_eq!(world.user_mgmt.take_calls(), 0);
    let counts = world.sessions_kv.take_counts();
    assert_eq!((counts.calls, counts.reads, counts.writes), (10, 30, 0), "three keys in one call each");
}

#[tokio::test]
async fn a_strict_check_is_one_round_trip_and_touches_no_kv() {
    let world = Native::new();
    let Scene { ada, .. } = scene(&world).await;
    let app = Application::new(&world, &[]);
    app.get("/strict", &ada).await.expect(200);
    app.settle(&world).await;
    world.db.take_calls();
    world.sessions_kv.take_counts();
    app.get("/strict", &ada).await.expect(200);
    let calls = world.db.take_calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0][0].name, "sessions/principal");
    assert_eq!(world.sessions_kv.take_counts().calls, 0);
}

/// Who gets what in which mode. The rule from before of these routes is to be signed in.
#[tokio::test]
async fn every_mode_decides_as_it_says() {
    let world = Native::new();
    let Scene { ada, bob, .. } = scene(&world).await;
    let nobody = Client::new(&world);
    for path in ["/cached", "/strict"] {
        for (mode, of_bob) in [("off", 200), ("report", 200), ("on", 403)] {
            let app = Application::new(&world, &[("USER_MGMT_ENFORCE", mode)]);
            app.get(path, &ada).await.expect(200);
            let refused = app.get(path, &bob).await.expect(of_bob);
            if of_bob == 403 {
                let refused = refused.expect_problem(403, "permission_denied");
                assert_eq!(refused.json()["required"], "docs:read", "{path} {mode}");
            }
            app.get(path, &nobody).await.expect_problem(401, "unauthenticated");
        }
    }
    let app = Application::new(&world, &[("RBAC_ENABLED", "off"), ("USER_MGMT_ENFORCE", "on")]);
    app.get("/cached", &bob).await.expect(200);
}

#[tokio::test]
async fn requirements_of_several_name_all_that_they_ask() {
    let world = Native::new();
    let Scene { ada, bob, .. } = scene(&world).await;
    let app = Application::new(&world, &[]);
    app.get("/any", &ada).await.expect(200);
    let refused = app.get("/any", &bob).await.expect_problem(403, "permission_denied").json();
    assert_eq!(
        (&refused["required"], &refused["mode"]),
        (&json!(["docs:read", "docs:write"]), &json!("any"))
    );
    let refused = app.get("/all", &ada).await.expect_problem(403, "permission_denied").json();
    assert_eq!(
        (&refused["required"], &refused["mode"]),
        (&json!(["docs:read", "docs:write"]), &json!("all"))
    );
}

/// A cohort is enforced for; everyone else, and nobody, keeps the rule from before.
#[tokio::test]
async fn cohorts_are_honoured_from_the_record_and_from_the_database() {
    let world = Native::new();
    let Scene { bob, .. } = scene(&world).await;
    let eve = member(&world, "eve@example.com").await;
    world
        .sql("UPDATE users SET staff = 1, authz_version = authz_version + 1 WHERE email = 'eve@example.com'")
        .await;
    world.runtime.advance(Duration::from_mins(16));
    for cohorts in ["staff", "staff,tenant:acme"] {
        let app = Application::new(&world, &[("USER_MGMT_ENFORCE_FOR", cohorts)]);
        for path in ["/cached", "/strict"] {
            app.get(path, &bob).await.expect(200);
            app.get(path, &eve).await.expect_problem(403, "permission_denied");
        }
    }
    let app = Application::new(&world, &[("USER_MGMT_ENFORCE_FOR", "tenant:default")]);
    app.get("/cached", &bob).await.expect_problem(403, "permission_denied");
}

/// Owners need no permission, in any mode; others need one once enforcement is on.
#[tokio::test]
async fn what_is_ones_own_needs_no_permission() {
    let world = Native::new();
    let Scene { mut ada, mut bob, mut admin, .. } = scene(&world).await;
    let (ada_id, bob_id) = (my_id(&mut ada).await, my_id(&mut bob).await);
    for (mode, of_admin) in [("off", 403), ("report", 403), ("on", 200)] {
        let app = Application::new(&world, &[("USER_MGMT_ENFORCE", mode)]);
        app.get(&format!("/docs/{bob_id}"), &bob).await.expect(200);
        app.get(&format!("/docs/{ada_id}"), &bob).await.expect(403);
        app.get(&format!("/docs/{bob_id}"), &admin).await.expect(of_admin);
        app.get(&format!("/secrets/{bob_id}"), &bob).await.expect(200);
        app.get(&format!("/secrets/{ada_id}"), &bob).await.expect_problem(404, "not_found");
        app.get(&format!("/secrets/{ada_id}"), &Client::new(&world)).await.expect_problem(404, "not_found");
    }
    // To a token nothing opens but its scopes, not even what is its owner's.
    let body = json!({ "name": "CI", "scopes": ["docs:read"] });
    let token = text(&admin.post("/tokens", &body).await.expect(201).json()["token"]);
    let mut program = Client::new(&world);
    program.token = Some(token);
    let admin_id = my_id(&mut admin).await;
    for mode in MODES {
        let app = Application::new(&world, &[("USER_MGMT_ENFORCE", mode)]);
        app.get("/cached", &program).await.expect(200);
        app.get("/strict", &program).await.expect(200);
        app.get("/all", &program).await.expect(403);
        app.get(&format!("/docs/{admin_id}"), &program).await.expect(403);
    }
}

#[tokio::test]
async fn two_credentials_are_refused_and_broken_ones_are_nobodys() {
    let world = Native::new();
    let Scene { mut ada, .. } = scene(&world).await;
    let app = Application::new(&world, &[]);
    let body = json!({ "name": "CI", "scopes": [] });
    let token = text(&ada.post("/tokens", &body).await.expect(201).json()["token"]);
    let mut both = Client::new(&world);
    both.session.clone_from(&ada.session);
    both.token = Some(token.clone());
    app.get("/cached", &both).await.expect_problem(400, "two_credentials");
    world.user_mgmt.take_calls();
    for (session, token) in [
        (Some("garbage".to_owned()), None),
        (Some("A".repeat(100_000)), None),
        (None, Some("garbage".to_owned())),
        (None, Some(token[..20].to_owned())),
    ] {
        let mut client = Client::new(&world);
        (client.session, client.token) = (session, token);
        app.get("/cached", &client).await.expect_problem(401, "unauthenticated");
    }
    assert_eq!(world.user_mgmt.take_calls(), 0, "what can't be a credential is not asked about");
    let mut unknown = Client::new(&world);
    unknown.session = Some("A".repeat(43));
    app.get("/cached", &unknown).await.expect_problem(401, "unauthenticated");
    app.get("/strict", &unknown).await.expect_problem(401, "unauthenticated");
}

/// What is taken away denies strict checks at once, and cached ones as soon as the cache has heard.
#[tokio::test]
async fn a_revoked_permission_denies_within_the_bound_of_each_check() {
    let mut world = Native::new();
    world.run_deferred = false;
    let Scene { mut admin, ada, role, .. } = scene(&world).await;
    let app = Application::new(&world, &[]);
    app.get("/cached", &ada).await.expect(200);
    app.settle(&world).await;
    let read = permission_id(&world, "docs:read").await;
    admin.delete(&format!("/rbac/roles/{role}/permissions/{read}")).await.expect(204);
    app.get("/strict", &ada).await.expect_problem(403, "permission_denied");
    app.get("/cached", &ada).await.expect(200);
    world.settle().await;
    app.get("/cached", &ada).await.expect_problem(403, "permission_denied");
}

/// Where the cache never hears, permissions are relied on for their time and no longer.
#[tokio::test]
async fn a_cache_that_does_not_hear_is_believed_for_a_quarter_of_an_hour() {
    let mut world = Native::new();
    world.run_deferred = false;
    let Scene { mut admin, ada, role, .. } = scene(&world).await;
    let app = Application::new(&world, &[]);
    app.get("/cached", &ada).await.expect(200);
    app.settle(&world).await;
    let read = permission_id(&world, "docs:read").await;
    admin.delete(&format!("/rbac/roles/{role}/permissions/{read}")).await.expect(204);
    world.deferred.lose();
    world.runtime.advance(Duration::from_mins(14));
    app.get("/cached", &ada).await.expect(200);
    world.runtime.advance(Duration::from_mins(2));
    app.get("/cached", &ada).await.expect_problem(403, "permission_denied");
}

#[tokio::test]
async fn a_stale_or_missing_record_is_made_anew_once() {
    let world = Native::new();
    let Scene { ada, .. } = scene(&world).await;
    let app = Application::new(&world, &[]);
    let hash = SessionToken::parse(ada.session.as_ref().unwrap()).unwrap().hash();
    let key = format!("session/{hash}");
    for spoil in ["missing", "too old", "of an older release"] {
        app.get("/cached", &ada).await.expect(200);
        app.settle(&world).await;
        match spoil {
            "missing" => world.sessions_kv.poke(&key, ""),
            "too old" => world.runtime.advance(Duration::from_mins(16)),
            _ => {
                let record = world.sessions_kv.peek(&key).unwrap();
                let mut record: serde_json::Value = serde_json::from_str(&record).unwrap();
                record.as_object_mut().unwrap().remove("staff");
                world.sessions_kv.poke(&key, &record.to_string());
            }
        }
        world.user_mgmt.take_calls();
        app.get("/cached", &ada).await.expect(200);
        app.settle(&world).await;
        assert_eq!(world.user_mgmt.take_calls(), 1, "{spoil}");
        app.get("/cached", &ada).await.expect(200);
        assert_eq!(world.user_mgmt.take_calls(), 0, "{spoil}: it is warm again");
    }
}

#[tokio::test]
async fn session_state_down_or_hanging_makes_cached_checks_strict() {
    let world = Native::new();
    let Scene { ada, bob, .. } = scene(&world).await;
    let app = Application::new(&world, &[]);
    for hang in [false, true] {
        if hang {
            world.session_state.set_silent(true);
        } else {
            world.session_state.set(Behaviour::Fails);
        }
        world.session_state.take_calls();
        for _ in 0..5 {
            app.get("/cached", &ada).await.expect(200);
            app.get("/cached", &bob).await.expect_problem(403, "permission_denied");
        }
        assert_eq!(world.session_state.take_calls(), 1, "it is left alone for a while");
        world.session_state.set_silent(false);
        world.session_state.set(Behaviour::Works);
        world.runtime.advance(Duration::from_secs(6));
        app.get("/cached", &ada).await.expect(200);
        assert!(world.session_state.take_calls() > 0, "and asked again");
    }
}

#[tokio::test]
async fn user_mgmt_down_or_hanging_closes_strict_checks_and_leaves_warm_sessions() {
    let world = Native::new();
    let Scene { ada, bob, .. } = scene(&world).await;
    for hang in [false, true] {
        for mode in MODES {
            let app = Application::new(&world, &[("USER_MGMT_ENFORCE", mode)]);
            app.get("/cached", &ada).await.expect(200);
            app.get("/cached", &bob).await;
            app.settle(&world).await;
            if hang {
                world.user_mgmt.set_silent(true);
            } else {
                world.user_mgmt.set(Behaviour::Fails);
            }
            app.get("/cached", &ada).await.expect(200);
            let refused = app.get("/strict", &ada).await.expect_problem(503, "unavailable");
            assert_eq!(refused.headers["retry-after"], "1");
            // Who it is is still known; what they may do is not.
            world.runtime.advance(Duration::from_mins(16));
            for client in [&ada, &bob] {
                let status = if mode == "on" { 503 } else { 200 };
                app.get("/cached", client).await.expect(status);
            }
            // What was not asked of Edgeward before is not closed by it while it only reports.
            let status = if mode == "on" { 503 } else { 200 };
            app.get("/beside", &ada).await.expect(status);
            world.user_mgmt.set_silent(false);
            world.user_mgmt.set(Behaviour::Works);
            app.settle(&world).await;
        }
    }
}

#[tokio::test]
async fn session_state_and_user_mgmt_both_down_close_what_rests_on_them() {
    let world = Native::new();
    let Scene { ada, .. } = scene(&world).await;
    let app = Application::new(&world, &[]);
    world.session_state.set(Behaviour::Fails);
    world.user_mgmt.set(Behaviour::Fails);
    for path in ["/cached", "/strict", "/any", "/beside"] {
        app.get(path, &ada).await.expect_problem(503, "unavailable");
    }
    app.get("/cached", &Client::new(&world)).await.expect_problem(401, "unauthenticated");
}

/// A route that was open without Edgeward: nothing of Edgeward is waited for before enforcement is on.
#[tokio::test]
async fn a_rule_beside_edgeward_waits_for_nothing_until_enforcement_is_on() {
    let world = Native::new();
    let Scene { mut ada, bob, .. } = scene(&world).await;
    let nobody = Client::new(&world);
    for mode in ["off", "report"] {
        let app = Application::new(&world, &[("USER_MGMT_ENFORCE", mode)]);
        world.user_mgmt.take_calls();
        world.session_state.take_calls();
        for client in [&ada, &bob, &nobody] {
            let reply = app.get("/beside", client).await.expect(200);
            assert_eq!(reply.json()["user"], json!(null));
        }
        assert_eq!((world.user_mgmt.take_calls(), world.session_state.take_calls()), (0, 0), "{mode}");
        app.settle(&world).await;
        app.get("/never", &ada).await.expect_problem(403, "forbidden");
    }
    let app = Application::new(&world, &[]);
    let ada_id = my_id(&mut ada).await;
    assert_eq!(app.get("/beside", &ada).await.expect(200).json()["user"], json!(ada_id));
    app.get("/beside", &bob).await.expect_problem(403, "permission_denied");
    app.get("/beside", &nobody).await.expect_problem(401, "unauthenticated");
    let app = Application::new(&world, &[("USER_MGMT_ENFORCE_FOR", "percent:100")]);
    app.get("/beside", &nobody).await.expect_problem(401, "unauthenticated");
    let app = Application::new(&world, &[("USER_MGMT_ENFORCE_FOR", "staff")]);
    app.get("/beside", &nobody).await.expect(200);
}

/// What enforcement would change is counted where an operator looks, with the application's name.
#[tokio::test]
async fn findings_reach_the_counters_of_the_rollout() {
    let world = Native::new();
    let Scene { mut bob, .. } = scene(&world).await;
    let bob_id = my_id(&mut bob).await;
    let app = Application::new(&world, &[("USER_MGMT_ENFORCE", "report")]);
    app.get("/beside", &Client::new(&world)).await.expect(200);
    for _ in 0..3 {
        app.get("/cached", &bob).await.expect(200);
    }
    world.user_mgmt.take_calls();
    app.settle(&world).await;
    assert_eq!(world.user_mgmt.take_calls(), 1, "they are told together");
    let counted =
        world.sql("SELECT finding, mode, route, permission, count FROM authz_counters ORDER BY route").await;
    assert_eq!(
        counted,
        [
            json!({ "finding": "would_deny", "mode": "report", "route": "docs GET /beside", "permission": "docs:read", "count": 1 }),
            json!({ "finding": "would_deny", "mode": "report", "route": "docs GET /cached", "permission": "docs:read", "count": 3 }),
        ]
    );
    let users = world.sql("SELECT user_id, count FROM authz_user_counters").await;
    assert_eq!(users, [json!({ "user_id": bob_id, "count": 3 })]);
    let routes = world.sql("SELECT route FROM authz_routes WHERE route LIKE 'docs %'").await;
    assert_eq!(routes, [json!({ "route": "docs GET /cached" })]);
    let lines = world.runtime.log_lines();
    let line = lines.iter().find(|line| line.line["finding"] == "would_deny").unwrap();
    assert_eq!(line.line["message"], "enforcement would deny this");
    assert_eq!(line.line["application"], "docs");
}

/// Who was refused by an application, where, and how often; by report mode's rule from before as well.
#[tokio::test]
async fn denials_of_an_application_are_in_the_audit_log() {
    let world = Native::new();
    let Scene { mut bob, .. } = scene(&world).await;
    let bob_id = my_id(&mut bob).await;
    let app = Application::new(&world, &[]);
    for _ in 0..3 {
        app.get("/cached", &bob).await.expect_problem(403, "permission_denied");
    }
    app.get("/cached", &Client::new(&world)).await.expect(401);
    app.settle(&world).await;
    let app = Application::new(&world, &[("USER_MGMT_ENFORCE", "report")]);
    app.get("/never", &bob).await.expect_problem(403, "forbidden");
    app.settle(&world).await;
    let told = world
        .sql(
            "SELECT actor_id, tenant_id = (SELECT tenant_id FROM users WHERE users.id = actor_id) AS own_tenant, \
             target_id, details ->> 'code' AS code, details ->> 'required' AS required, \
             details ->> 'application' AS application, details ->> 'count' AS count \
             FROM audit_log WHERE action = 'access.denied' ORDER BY target_id",
        )
        .await;
    let event = |route: &str, code: &str, required: &str, count| {
        json!({ "actor_id": bob_id, "own_tenant": 1, "target_id": format!("docs {route}"), "code": code,
                "required": required, "application": "docs", "count": count })
    };
    let expected = [
        event("GET /cached", "permission_denied", "docs:read", 3),
        event("GET /never", "forbidden", "docs:read", 1),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn findings_that_can_not_be_told_are_kept_and_fail_nothing() {
    let world = Native::new();
    let Scene { bob, .. } = scene(&world).await;
    let app = Application::new(&world, &[("USER_MGMT_ENFORCE", "report")]);
    app.get("/cached", &bob).await.expect(200);
    world.user_mgmt.set(Behaviour::Fails);
    app.settle(&world).await;
    app.get("/cached", &bob).await.expect(200);
    app.settle(&world).await;
    world.user_mgmt.set(Behaviour::Works);
    world.runtime.advance(Duration::from_secs(10));
    app.get("/cached", &bob).await.expect(200);
    app.settle(&world).await;
    let counted = world.sql("SELECT sum(count) AS n FROM authz_counters WHERE route LIKE 'docs %'").await;
    assert_eq!(counted, [json!({ "n": 3 })]);
}

/// Under load, over and over: once the revocation has been answered, no strict check that starts later lets through.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_strict_check_never_lets_through_after_the_revocation_was_answered() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let world = Native::new();
    let Scene { mut admin, mut ada, role, .. } = scene(&world).await;
    let ada_id = my_id(&mut ada).await;
    let app = Application::new(&world, &[]);
    for round in 0..5 {
        let revoked = AtomicBool::new(false);
        let load = async {
            let (mut before, mut after) = (0, 0);
            while after < 20 {
                let late = revoked.load(Ordering::SeqCst);
                let replies = futures_util::future::join_all((0..8).map(|_| app.get("/strict", &ada))).await;
                for reply in replies {
                    assert!(!late || reply.status == 403, "round {round}: let through after the revocation");
                    before += usize::from(reply.status == 200);
                }
                after += usize::from(late);
                tokio::task::yield_now().await;
            }
            before
        };
        let revoke = async {
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            admin.delete(&format!("/rbac/users/{ada_id}/roles/{role}")).await.expect(204);
            revoked.store(true, Ordering::SeqCst);
        };
        let (let_through, ()) = futures_util::future::join(load, revoke).await;
        assert!(let_through > 0, "the load was there before the revocation");
        assign(&mut admin, &ada_id, &role).await;
    }
}

/// The whole way, without the layer: user-mgmt decides by its own flags.
#[tokio::test]
async fn authorize_decides_for_an_application_without_a_guard() {
    let mut world = Native::new();
    let (ada_id, bob_id, ada_session, bob_session) = {
        let Scene { mut ada, mut bob, .. } = scene(&world).await;
        (my_id(&mut ada).await, my_id(&mut bob).await, ada.session, bob.session)
    };
    let asked = |owner: Option<&str>, before: Option<bool>| {
        let mut body =
            json!({ "application": "docs", "route": "GET /docs/{id}", "permissions": ["docs:read"] });
        if let Some(owner) = owner {
            body["owner"] = json!(owner);
        }
        if let Some(before) = before {
            body["before"] = json!(before);
        }
        body
    };
    for mode in MODES {
        world.restart_with(&[("USER_MGMT_ENFORCE", mode)]).await;
        let on = mode == "on";
        for (session, body, status) in [
            (&ada_session, asked(None, None), 200),
            (&bob_session, asked(None, None), if on { 403 } else { 200 }),
            (&bob_session, asked(None, Some(false)), 403),
            (&ada_session, asked(None, Some(false)), if on { 200 } else { 403 }),
            (&bob_session, asked(Some(&bob_id), None), 200),
            (&ada_session, asked(Some(&bob_id), None), if on { 200 } else { 403 }),
            (&bob_session, asked(Some(&ada_id), None), 403),
        ] {
            let reply = guard_support::authorize(&world, session.as_deref(), &body).await.expect(status);
            if status == 200 {
                assert!(reply.json()["principal"]["userId"].is_string());
            } else if on {
                assert_eq!(reply.json()["required"], "docs:read");
            }
        }
        guard_support::authorize(&world, None, &asked(None, None))
            .await
            .expect_problem(401, "unauthenticated");
        world.settle().await;
    }
    let nothing = json!({ "application": "docs", "route": "GET /", "permissions": [] });
    guard_support::authorize(&world, bob_session.as_deref(), &nothing)
        .await
        .expect_problem(400, "invalid_request");
    let counted =
        world.sql("SELECT finding, mode FROM authz_counters WHERE route = 'docs GET /docs/{id}'").await;
    assert!(counted.contains(&json!({ "finding": "would_deny", "mode": "report" })), "{counted:?}");
    assert!(counted.contains(&json!({ "finding": "denied", "mode": "on" })), "{counted:?}");
    let denied = "FROM authz_counters WHERE route LIKE 'docs %' AND finding IN ('denied', 'would_allow')";
    let counted = world.sql(&format!("SELECT sum(count) AS n {denied}")).await;
    let told = "audit_log WHERE action = 'access.denied' AND target_id = 'docs GET /docs/{id}'";
    assert_eq!(counted, [json!({ "n": e2e::cases::count(&world, told).await })]);
}
