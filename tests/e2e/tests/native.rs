//! What can only be seen from inside: the statements, the log, the cache cut off, time passing.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use e2e::cases::{self, PASSWORD, assign, count, create_role, member, my_id, super_admin};
use futures_util::StreamExt;
use futures_util::future::join_all;
use http_kit::{Access, Body, Fetch, Level};
use serde_json::{Value, json};
use store::Statement;
use testkit::{Behaviour, Client, Native, World};
use tokio::join;
use user_mgmt_app::services::hash_queue::MOST;

/// Every table of a migration after the first.
const LATER_TABLES: [&str; 21] = [
    "roles",
    "permissions",
    "user_roles",
    "role_permissions",
    "rbac_meta",
    "audit_log",
    "api_tokens",
    "user_search",
    "user_search_numbers",
    "tenant_members",
    "authz_counters",
    "authz_user_counters",
    "authz_minutes",
    "authz_routes",
    "authz_alerts",
    "audit_meta",
    "external_identities",
    "identity_roles",
    "identity_sessions",
    "identity_logins",
    "identity_logouts",
];

/// Has a request go on as far as it can.
fn look<F: Future>(request: Pin<&mut F>) -> Poll<F::Output> {
    request.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn accounts_work_on_the_first_migration_alone() {
    let mut world = Native::with_migrations(&[("RBAC_ENABLED", "off")], &|name| name.starts_with("0001"));
    cases::flags::accounts_work_on_the_first_migration_alone(&mut world).await;
}

#[tokio::test]
async fn with_rbac_off_no_statement_names_a_later_table() {
    let mut world = Native::with_vars(&[("RBAC_ENABLED", "off"), ("SUPER_ADMIN_EMAIL", "root@example.com")]);
    cases::flags::accounts_work_on_the_first_migration_alone(&mut world).await;
    world.run_cron().await;
    let calls = world.db.take_calls();
    assert!(calls.len() > 10, "something was recorded");
    for statement in calls.iter().flatten().filter(|statement| statement.name != "test") {
        let words: Vec<&str> = statement.sql.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        for table in LATER_TABLES {
            assert!(!words.contains(&table), "{} names {table}", statement.name);
        }
    }
}

#[tokio::test]
async fn a_strict_check_is_one_round_trip() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    for (path, body) in
        [("/load-user", None), ("/rbac/check", Some(json!({ "permissions": ["users:read"] })))]
    {
        world.db.take_calls();
        let method = if body.is_some() { http::Method::POST } else { http::Method::GET };
        ada.request(method, path, body.as_ref()).await.expect(200);
        assert_eq!(names(&world.db.take_calls()), [["sessions/principal"]], "{path}");
    }
    let mut admin = super_admin(&world, "root@example.com").await;
    // The first use of a route on a day is written down.
    admin.get("/rbac/roles").await.expect(200);
    admin.get("/v1/admin/audit").await.expect(200);
    world.db.take_calls();
    admin.get("/rbac/roles?limit=100").await.expect(200);
    assert_eq!(names(&world.db.take_calls()), [["sessions/principal"], ["roles/list"]]);
    admin.get("/v1/admin/audit?action=role.&tenant=default").await.expect(200);
    assert_eq!(names(&world.db.take_calls()), [["sessions/principal"], ["audit_log/page"]]);
}

#[tokio::test]
async fn a_list_of_users_is_one_statement_beyond_the_strict_check() {
    let world = Native::new();
    let mut admin = super_admin(&world, "root@example.com").await;
    for number in 0..30 {
        let email = format!("user{number}@example.com");
        Client::new(&world).register(&email, PASSWORD).await.expect(201);
    }
    // The first use of a route on a day is written down.
    admin.get("/v1/admin/users").await.expect(200);
    for limit in [1, 20, 100] {
        for (query, statement) in [
            ("", "user_details/page"),
            ("&role=MEMBER&status=active&tenant=default", "user_details/page"),
            ("&q=user", "user_details/search"),
            ("&q=user&role=MEMBER&status=active&tenant=default", "user_details/search"),
        ] {
            world.db.take_calls();
            let page = admin.get(&format!("/v1/admin/users?limit={limit}{query}")).await.expect(200).json();
            assert_eq!(
                page["items"].as_array().unwrap().len(),
                limit.min(30 + usize::from(!query.contains("q=")))
            );
            assert_eq!(names(&world.db.take_calls()), [["sessions/principal"], [statement]]);
        }
    }
}

#[tokio::test]
async fn an_api_token_is_one_round_trip_and_its_use_is_written_down_once_an_hour() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    let body = json!({ "name": "CI", "scopes": ["users:read"] });
    let mut program = Client::new(&world);
    program.token = Some(cases::text(&ada.post("/tokens", &body).await.expect(201).json()["token"]));
    let mut calls = async || {
        world.db.take_calls();
        program.get("/load-user").await.expect(200);
        names(&world.db.take_calls()).concat()
    };
    assert_eq!(calls().await, ["api_tokens/principal", "api_tokens/touch"]);
    for _ in 0..3 {
        world.runtime.advance(Duration::from_mins(19));
        assert_eq!(calls().await, ["api_tokens/principal"]);
    }
    world.runtime.advance(Duration::from_mins(3));
    assert_eq!(calls().await, ["api_tokens/principal", "api_tokens/touch"]);
    world.runtime.advance(Duration::from_hours(24 * 90));
    program.get("/load-user").await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_refresh_of_a_warm_session_writes_nothing() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    assert_eq!(world.sessions_kv.take_counts().writes, 0, "no cached check has met it yet");
    ada.post("/sessions/refresh", &json!({})).await.expect(200);
    assert_eq!(world.sessions_kv.take_counts().writes, 1);
    for _ in 0..5 {
        ada.post("/sessions/refresh", &json!({})).await.expect(200);
    }
    assert_eq!(world.sessions_kv.take_counts().writes, 0);
    world.runtime.advance(Duration::from_mins(16));
    ada.post("/sessions/refresh", &json!({})).await.expect(200);
    assert_eq!(world.sessions_kv.take_counts().writes, 1, "its permissions had become too old");
}

#[tokio::test]
async fn session_state_down_delays_no_change_of_a_password_and_no_refresh() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    let mut before = Client::new(&world);
    before.session.clone_from(&ada.session);
    cases::revocation::cached_at_last(&world, &ada).await;
    world.session_state.set(Behaviour::Fails);
    let body = json!({ "currentPassword": PASSWORD, "newPassword": "another horse battery" });
    ada.post("/change-password", &body).await.expect(204);
    let record = ada.post("/sessions/refresh", &json!({})).await.expect(200).json();
    assert_eq!(record["permissions"], json!(["users:read"]));
    before.get("/load-user").await.expect_problem(401, "unauthenticated");
    world.session_state.set(Behaviour::Works);
    assert!(cases::revocation::cached(&world, &before).await.is_some(), "the cache does not know yet");
    world.runtime.advance(Duration::from_mins(2));
    world.run_cron().await;
    assert_eq!(cases::revocation::cached(&world, &before).await, None);
    assert_eq!(count(&world, "outbox").await, 0);
}

#[tokio::test]
async fn a_warm_session_writes_nothing() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    world.db.take_calls();
    world.sessions_kv.take_counts();
    for _ in 0..20 {
        ada.get("/load-user").await.expect(200);
    }
    assert_eq!(world.db.take_calls().len(), 20);
    assert_eq!(world.sessions_kv.take_counts().writes, 0);
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_when_its_time_is_up() {
    let world = Native::with_vars(&[("SESSION_IDLE_MINUTES", "60"), ("SESSION_ABSOLUTE_HOURS", "3")]);
    let mut ada = member(&world, "ada@example.com").await;
    let mut bob = member(&world, "bob@example.com").await;
    for _ in 0..5 {
        world.runtime.advance(Duration::from_mins(30));
        ada.get("/load-user").await.expect(200);
    }
    bob.get("/load-user").await.expect_problem(401, "unauthenticated");
    world.runtime.advance(Duration::from_mins(31));
    ada.get("/load-user").await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_session_in_use_outlives_its_record_which_the_next_cached_check_has_written_anew() {
    let world = Native::with_vars(&[("SESSION_IDLE_MINUTES", "60")]);
    let mut ada = member(&world, "ada@example.com").await;
    ada.post("/sessions/refresh", &json!({})).await.expect(200);
    for _ in 0..4 {
        world.runtime.advance(Duration::from_mins(40));
        ada.get("/load-user").await.expect(200);
    }
    assert!(cases::revocation::cached(&world, &ada).await.is_none(), "nobody asked for it");
    ada.post("/sessions/refresh", &json!({})).await.expect(200);
    let record = cases::revocation::cached(&world, &ada).await.expect("the session lives on");
    assert_eq!(record["freshness"], "fresh");
}

#[tokio::test]
async fn several_cached_checks_at_once_have_the_record_of_their_session_written_once() {
    let world = Native::new();
    let ada = member(&world, "ada@example.com").await;
    let [mut first, mut second] = [(); 2].map(|()| {
        let mut tab = Client::new(&world);
        tab.session.clone_from(&ada.session);
        tab
    });
    world.session_state.set_silent(true);
    world.session_state.take_calls();
    {
        let nothing = json!({});
        let mut waiting = pin!(first.post("/sessions/refresh", &nothing));
        // So far that it waits.
        for _ in 0..50 {
            assert!(look(waiting.as_mut()).is_pending());
        }
        let record = second.post("/sessions/refresh", &nothing).await.expect(200).json();
        assert_eq!(record["permissions"], json!(["users:read"]));
        assert_eq!(world.session_state.take_calls(), 1);
    }
    // Whoever went away holds nobody up.
    world.session_state.set_silent(false);
    second.post("/sessions/refresh", &json!({})).await.expect(200);
    assert!(cases::revocation::cached(&world, &ada).await.is_some());
}

#[tokio::test]
async fn the_configured_address_becomes_super_admin_once_it_is_verified() {
    let world = Native::with_vars(&[("SUPER_ADMIN_EMAIL", "Root@example.com")]);
    let mut root = member(&world, "root@example.com").await;
    let mut other = member(&world, "other@example.com").await;
    assert_eq!(root.get("/load-user").await.json()["roles"], json!(["MEMBER"]), "not verified yet");

    world.sql("UPDATE users SET email_verified_at = 1").await;
    other.login("other@example.com", PASSWORD).await.expect(200);
    assert_eq!(other.get("/load-user").await.json()["roles"], json!(["MEMBER"]));
    for _ in 0..2 {
        let user = root.login("root@example.com", PASSWORD).await.expect(200).json();
        assert_eq!(user["roles"], json!(["MEMBER", "SUPER_ADMIN"]));
    }
    assert_eq!(count(&world, "audit_log WHERE action = 'role.assigned'").await, 1);
    root.get("/rbac/roles").await.expect(200);
}

#[tokio::test]
async fn an_unverified_address_does_not_sign_in_where_verification_is_on() {
    let world = Native::with_vars(&[("EMAIL_VERIFICATION", "on")]);
    let mut ada = Client::new(&world);
    let first = ada.register("ada@example.com", PASSWORD).await.expect(201);
    let again = ada.register("ada@example.com", "another password").await.expect(201);
    assert_eq!(first.json(), again.json(), "a taken address looks like a free one");
    assert_eq!(first.json()["emailVerificationRequired"], true);
    ada.login("ada@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
    ada.login("ada@example.com", PASSWORD).await.expect_problem(403, "email_not_verified");
    world.sql("UPDATE users SET email_verified_at = 1").await;
    ada.login("ada@example.com", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_suspended_account_is_out_at_once() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    world.sql("UPDATE users SET status = 'suspended'").await;
    ada.get("/load-user").await.expect_problem(401, "unauthenticated");
    ada.login("ada@example.com", PASSWORD).await.expect_problem(403, "account_suspended");
    ada.login("ada@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
}

#[tokio::test]
async fn session_state_down_blocks_nothing_and_loses_nothing() {
    let world = Native::new();
    let mut admin = super_admin(&world, "root@example.com").await;
    let role = create_role(&mut admin, "auditor", &["roles:read"]).await;
    world.session_state.set(Behaviour::Fails);
    let mut ada = member(&world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    // A record may have been written though nobody said so.
    ada.post("/sessions/refresh", &json!({})).await.expect(200);
    assign(&mut admin, &ada_id, &role).await;
    ada.get("/rbac/roles").await.expect(200);
    ada.post("/sessions/refresh", &json!({})).await.expect(200);
    admin.delete(&format!("/rbac/users/{ada_id}/roles/{role}")).await.expect(204);
    ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
    ada.post("/logout", &json!({})).await.expect(204);
    ada.get("/load-user").await.expect_problem(401, "unauthenticated");

    assert_eq!(count(&world, "outbox WHERE kind = 'invalidate_user'").await, 2);
    assert_eq!(count(&world, "outbox WHERE kind = 'revoke_sessions'").await, 1);
    world.runtime.advance(Duration::from_mins(2));
    world.run_cron().await;
    // Of a user without sessions nothing is cached; what ends a session has to arrive.
    assert_eq!(count(&world, "outbox WHERE kind = 'revoke_sessions'").await, 1, "still down, still kept");
    world.session_state.set(Behaviour::Works);
    world.runtime.advance(Duration::from_hours(1));
    world.run_cron().await;
    assert_eq!(count(&world, "outbox").await, 0);
}

#[tokio::test]
async fn the_cache_is_told_only_of_sessions_that_a_cached_check_has_met() {
    let world = Native::new();
    let mut admin = super_admin(&world, "root@example.com").await;
    let role = create_role(&mut admin, "auditor", &["roles:read"]).await;
    // What it should be told stays in the outbox.
    world.session_state.set(Behaviour::Fails);
    for (email, met, work) in [("ada@example.com", false, 0), ("bob@example.com", true, 1)] {
        let mut user = member(&world, email).await;
        let id = my_id(&mut user).await;
        if met {
            user.post("/sessions/refresh", &json!({})).await.expect(200);
        }
        for _ in 0..2 {
            assign(&mut admin, &id, &role).await;
            admin.delete(&format!("/rbac/users/{id}/roles/{role}")).await.expect(204);
        }
        assert_eq!(count(&world, "outbox WHERE kind = 'invalidate_user'").await, work, "{email}");
        user.post("/logout", &json!({})).await.expect(204);
        assert_eq!(count(&world, "outbox WHERE kind = 'revoke_sessions'").await, work, "{email}");
    }
}

#[tokio::test]
async fn work_that_a_killed_worker_left_is_done_by_the_cron_trigger() {
    let mut world = Native::new();
    let session = {
        let ada = member(&world, "ada@example.com").await;
        cases::revocation::cached_at_last(&world, &ada).await;
        ada.session
    };

    world.run_deferred = false;
    let mut ada = Client::new(&world);
    ada.session.clone_from(&session);
    ada.post("/logout", &json!({})).await.expect(204);
    world.deferred.lose();
    let mut before = Client::new(&world);
    before.session = session;
    assert!(cases::revocation::cached(&world, &before).await.is_some(), "the cache does not know yet");
    world.run_cron().await;
    assert!(cases::revocation::cached(&world, &before).await.is_some(), "not due yet");
    world.runtime.advance(Duration::from_secs(31));
    world.run_cron().await;
    assert_eq!(cases::revocation::cached(&world, &before).await, None);
    assert_eq!(count(&world, "outbox").await, 0);
}

#[tokio::test]
async fn a_run_of_the_cron_trigger_deletes_much_and_never_without_bound() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    let many = "INSERT INTO sessions (id, token_hash, user_id, created_at, last_seen_at, expires_at) \
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) \
                SELECT 'session ' || i, hex(randomblob(32)), (SELECT id FROM users), 1, 1, 1 FROM n";
    world.sql(many).await;
    world.db.take_calls();
    world.run_cron().await;
    let sweeps = names(&world.db.take_calls()).into_iter().filter(|call| call.contains(&"sessions/sweep"));
    assert_eq!(sweeps.count(), 20);
    let left = count(&world, "sessions").await;
    assert!((2_001..=4_001).contains(&left), "{left}");
    for _ in 0..4 {
        world.run_cron().await;
    }
    assert_eq!(count(&world, "sessions").await, 1);
    world.db.take_calls();
    world.run_cron().await;
    let sweeps = names(&world.db.take_calls()).into_iter().filter(|call| call.contains(&"sessions/sweep"));
    assert_eq!(sweeps.count(), 1, "nothing to do costs one round trip");
    ada.get("/load-user").await.expect(200);
}

#[tokio::test]
async fn a_database_that_fails_the_cron_trigger_is_logged_and_tried_again() {
    let world = Native::new();
    member(&world, "ada@example.com").await;
    world.sql("UPDATE sessions SET expires_at = 1").await;
    // The outbox is read first; then comes the sweep.
    world.db.fail_after(1);
    world.run_cron().await;
    world.db.clear_failure();
    assert_eq!(count(&world, "sessions").await, 1);
    let logged = world.runtime.log_lines().pop().unwrap();
    assert_eq!(
        (logged.level, &logged.line["message"]),
        (Level::Error, &json!("what is over could not be deleted"))
    );
    world.run_cron().await;
    assert_eq!(count(&world, "sessions").await, 0);
}

#[tokio::test]
async fn many_changes_to_roles_cost_one_write_of_the_epoch() {
    let world = Native::new();
    let mut admin = super_admin(&world, "root@example.com").await;
    world.session_state.set(Behaviour::Fails);
    for number in 0..10 {
        create_role(&mut admin, &format!("role {number}"), &["roles:read"]).await;
    }
    world.session_state.set(Behaviour::Works);
    world.runtime.advance(Duration::from_mins(5));
    world.sessions_kv.take_counts();
    world.run_cron().await;
    assert_eq!(world.sessions_kv.take_counts().writes, 1);
    assert_eq!(count(&world, "outbox").await, 0);
}

#[tokio::test]
async fn report_mode_says_what_enforcement_would_change_in_both_directions() {
    let world = Native::with_vars(&[("USER_MGMT_ENFORCE", "report")]);
    let mut admin = super_admin(&world, "root@example.com").await;
    let mut ada = member(&world, "ada@example.com").await;
    let ada_path = format!("/users/{}", my_id(&mut ada).await);
    let name = json!({ "firstName": "A" });
    ada.put(&ada_path, &name).await.expect(200);
    assert_eq!(reported(&world), [""; 0], "both rules agree");
    admin.put(&ada_path, &name).await.expect_problem(403, "forbidden");
    ada.delete(&ada_path).await.expect(204);
    assert_eq!(
        reported(&world),
        [
            "PUT /users/{id} users:update: enforcement would allow this",
            "DELETE /users/{id} users:delete: enforcement would deny this",
        ]
    );
}

fn reported(world: &Native) -> Vec<String> {
    let lines = world.runtime.log_lines().into_iter().map(|logged| logged.line);
    let mut requests = Vec::new();
    let mut reports = Vec::new();
    for line in lines {
        if line["mode"] == "report" {
            reports.push(line);
        } else if !line["method"].is_null() {
            requests.push(line);
        }
    }
    reports
        .iter()
        .map(|report| {
            let request = requests.iter().find(|request| request["requestId"] == report["requestId"]);
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            format!(
                "{} {} {}: {}",
                request.map(|request| text(&request["method"])).unwrap_or_default(),
                text(&report["route"]),
                text(&report["required"]),
                text(&report["message"])
            )
        })
        .collect()
}

#[tokio::test]
async fn a_grant_that_can_not_be_read_grants_nothing_and_is_logged() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    world.sql("INSERT INTO permissions (id, name, created_at) VALUES ('00000000-0000-7000-8000-00000000ffff', '*:*', 0)").await;
    world
        .sql(
            "INSERT INTO role_permissions (role_id, permission_id) \
             SELECT id, '00000000-0000-7000-8000-00000000ffff' FROM roles WHERE name = 'MEMBER'",
        )
        .await;
    assert_eq!(ada.get("/load-user").await.json()["permissions"], json!(["users:read"]));
    ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
    let warned = world.runtime.log_lines().into_iter().any(|logged| {
        logged.level == Level::Warn
            && logged.line["grant"].as_str().is_some_and(|grant| grant.starts_with("`*:*`"))
    });
    assert!(warned);
}

#[tokio::test]
async fn a_request_is_one_line_in_the_log() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    let id = my_id(&mut ada).await;
    let lines = requests_of_user_mgmt(&world);
    let line = lines.last().unwrap();
    assert_eq!(line["message"], "GET /load-user 200");
    assert_eq!(
        (&line["userId"], &line["tenant"], &line["roles"], &line["status"]),
        (&json!(id), &json!("default"), &json!(["MEMBER"]), &json!(200))
    );
    let signed_in = lines.iter().find(|line| line["message"] == "POST /login 200").unwrap();
    assert_eq!((&signed_in["userId"], &signed_in["roles"]), (&json!(id), &json!(["MEMBER"])));
    ada.delete("/users/7").await.expect(403);
    assert_eq!(requests_of_user_mgmt(&world).len(), lines.len() + 1);
    let line = requests_of_user_mgmt(&world).pop().unwrap();
    assert_eq!((&line["route"], &line["code"]), (&json!("/users/{id}"), &json!("permission_denied")));
    // The worker that handed it on says nothing, and neither does the one that keeps sessions.
    let all = world.runtime.log_lines().into_iter().map(|logged| logged.line);
    let of_it = |other: &Value| other["requestId"] == line["requestId"] && !other["status"].is_null();
    assert_eq!(all.filter(of_it).count(), 1);
    ada.get("/%2e%2e").await.expect(404);
    let refused = world.runtime.log_lines().pop().unwrap().line;
    assert_eq!((&refused["worker"], &refused["status"]), (&json!("account-pages"), &json!(404)));
}

#[tokio::test]
async fn every_route_that_is_not_open_knows_its_caller_before_anything_else() {
    let world = Native::with_every_route();
    let mut root = super_admin(&world, "root@example.com").await;
    let id = my_id(&mut root).await;
    for route in user_mgmt_app::routes::table(&world.app).routes() {
        if [Access::Public, Access::Binding].contains(&route.access) {
            continue;
        }
        // What is named is not there, and there is no body: no handler gets further than to its first look at either.
        let names = route
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { "00000000-0000-7000-8000-00000000dead" } else { part });
        let path = names.collect::<Vec<_>>().join("/");
        let reply = root.request(route.method.clone(), &path, None).await;
        let request = reply.headers["x-request-id"].to_str().unwrap();
        let lines = of_user_mgmt(&world).into_iter().filter(|line| line["requestId"] == request);
        let lines: Vec<_> = lines.collect();
        assert!(lines.iter().any(|line| !line["status"].is_null()), "{} {}", route.method, route.path);
        for line in lines {
            let who = [&line["userId"], &line["tenant"], &line["roles"], &line["route"]];
            let expected = [json!(id), json!("default"), json!(["MEMBER", "SUPER_ADMIN"]), json!(route.path)];
            assert_eq!(who, expected.each_ref(), "{line}");
        }
    }
}

fn of_user_mgmt(world: &Native) -> Vec<Value> {
    let lines = world.runtime.log_lines().into_iter().map(|logged| logged.line);
    lines.filter(|line| line["worker"] == "user-mgmt").collect()
}

/// The lines that requests end with.
fn requests_of_user_mgmt(world: &Native) -> Vec<Value> {
    of_user_mgmt(world).into_iter().filter(|line| !line["status"].is_null()).collect()
}

fn names(calls: &[Vec<Statement>]) -> Vec<Vec<&'static str>> {
    calls.iter().map(|statements| statements.iter().map(|statement| statement.name).collect()).collect()
}

#[tokio::test]
async fn guessing_doubles_the_delay_and_stopping_forgets_it() {
    let world = Native::new();
    let mut ada = Client::new(&world);
    ada.register("ada@example.com", PASSWORD).await.expect(201);
    for _ in 0..4 {
        ada.login("ada@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
    }
    for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
        ada.login("ada@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
        world.db.take_calls();
        let reply = ada.login("ada@example.com", PASSWORD).await.expect_problem(429, "too_many_requests");
        assert_eq!(reply.headers["retry-after"], seconds.to_string().as_str());
        assert_eq!(
            names(&world.db.take_calls()),
            [["sign_in_failures/by_subject", "users/credentials_by_email"]],
            "neither counted nor compared"
        );
        world.runtime.advance(Duration::from_millis(seconds * 1_000 - 1));
        ada.login("ada@example.com", PASSWORD).await.expect_problem(429, "too_many_requests");
        world.runtime.advance(Duration::from_millis(1));
    }
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    assert_eq!(count(&world, "sign_in_failures WHERE failures > 0").await, 0);

    ada.login("nobody@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    world.runtime.advance(Duration::from_hours(3));
    world.run_cron().await;
    assert_eq!(count(&world, "sign_in_failures WHERE failures > 0").await, 1);
    world.runtime.advance(Duration::from_hours(1));
    world.run_cron().await;
    assert_eq!(
        count(&world, "sign_in_failures WHERE failures > 0").await,
        0,
        "what delays nobody is not kept"
    );
}

#[tokio::test]
async fn a_mail_that_can_not_be_sent_is_sent_by_the_cron_trigger_once_it_can() {
    let world = Native::with_vars(&[("EMAIL_VERIFICATION", "on")]);
    world.mailbox.set_failing(true);
    let mut ada = Client::new(&world);
    ada.register("ada@example.com", PASSWORD).await.expect(201);
    for attempts in 1..4 {
        assert_eq!(count(&world, &format!("outbox WHERE attempts = {attempts}")).await, 1);
        world.run_cron().await;
        assert_eq!(count(&world, &format!("outbox WHERE attempts = {attempts}")).await, 1, "not due yet");
        world.runtime.advance(Duration::from_mins(1 << (attempts - 1)));
        world.run_cron().await;
    }
    assert_eq!(world.mailbox.sent(), []);
    world.mailbox.set_failing(false);
    world.runtime.advance(Duration::from_mins(8));
    world.run_cron().await;
    assert_eq!(count(&world, "outbox").await, 0);
    let mail = cases::mail::last_mail(&world, "ada@example.com").await;
    world.run_cron().await;
    assert_eq!(world.mailbox.sent().len(), 1, "and once only");
    ada.post("/verify-email", &json!({ "token": mail.token() })).await.expect(200);
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    let log = world.logs().await.join("\n");
    assert!(log.contains("made to fail") && !log.contains(&mail.token()));
}

/// Whoever asks again while no mail can be sent gets one in the end, with a link that works.
#[tokio::test]
async fn mails_of_one_kind_that_can_not_be_sent_become_one() {
    let world = Native::new();
    let mut admin = super_admin(&world, "root@example.com").await;
    let mut ada = Client::new(&world);
    ada.register("ada@example.com", PASSWORD).await.expect(201);
    world.mailbox.set_failing(true);
    let body = json!({ "username": "new@example.com" });
    let invited = cases::text(&admin.post("/v1/admin/users", &body).await.expect(201).json()["id"]);
    for _ in 0..5 {
        ada.post("/forgot-password", &json!({ "username": "ada@example.com" })).await.expect(202);
        admin.post(&format!("/v1/admin/users/{invited}/invitation"), &json!({})).await.expect(202);
        world.runtime.advance(Duration::from_mins(3));
        world.run_cron().await;
    }
    assert_eq!(count(&world, "outbox").await, 2);
    world.mailbox.set_failing(false);
    world.runtime.advance(Duration::from_hours(1));
    world.run_cron().await;
    for (address, path) in [("ada@example.com", "reset"), ("new@example.com", "invitation")] {
        let mails = world.mails(address).await;
        assert_eq!(mails.len(), 1, "{path}: {mails:?}");
        let body = json!({ "token": mails[0].token(), "password": "another horse battery" });
        Client::new(&world).post("/forgot-password-new-password", &body).await.expect(204);
    }
    // What is said once more is no reminder of what was said before.
    world.run_cron().await;
    assert_eq!(count(&world, "mail_requests").await, 1, "of the changed password alone");
}

/// What a request asks of the database, by round trips: the names of the statements and what kinds of them there are.
/// What comes after the response is left out, since nobody can time it.
async fn work(world: &mut Native, path: &str, email: &str) -> (Vec<Vec<&'static str>>, Vec<Vec<String>>) {
    world.sql("UPDATE mail_requests SET requested_at = 0").await;
    world.run_deferred = false;
    world.db.take_calls();
    let mut body = json!({ "username": email });
    if path == "/register" {
        body["password"] = json!("a password of somebody");
    }
    let reply = Client::new(&*world).post(path, &body).await;
    assert!([201, 202].contains(&reply.status.as_u16()), "{path}: {}", reply.text());
    let calls = world.db.take_calls();
    world.run_deferred = true;
    world.settle().await;
    let verb = |statement: &Statement| {
        statement
            .sql
            .lines()
            .find(|line| !line.starts_with("--"))
            .and_then(|line| line.split_whitespace().next())
            .unwrap_or_default()
            .to_owned()
    };
    let kinds = calls.iter().map(|call| {
        let mut kinds: Vec<String> = call.iter().map(verb).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    });
    (names(&calls), kinds.collect())
}

#[tokio::test]
async fn known_and_unknown_addresses_cost_the_same_round_trips_and_kinds_of_statements() {
    let mut world = Native::with_vars(&[("EMAIL_VERIFICATION", "on")]);
    Client::new(&world).register("known@example.com", PASSWORD).await.expect(201);
    for path in ["/register", "/forgot-password", "/verify-email/resend"] {
        let (of_known, kinds_of_known) = work(&mut world, path, "known@example.com").await;
        let (of_unknown, kinds_of_unknown) = work(&mut world, path, "unknown@example.com").await;
        world.sql("DELETE FROM users WHERE email = 'unknown@example.com'").await;
        assert!(!of_known.is_empty(), "{path}");
        assert_eq!(kinds_of_known, kinds_of_unknown, "{path}");
        // Registration writes an account for one and tells the owner of the other; the rest is the same to the letter.
        if path != "/register" {
            assert_eq!(of_known, of_unknown, "{path}");
        }
    }
}

#[tokio::test]
async fn a_clock_far_off_breaks_nothing() {
    const FAR: Duration = Duration::from_hours(24 * 365 * 80);
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    let mut then = None;
    for ahead in [true, false] {
        let (there, back): (fn(&_, _), fn(&_, _)) = if ahead {
            (testkit::TestRuntime::advance, testkit::TestRuntime::step_back)
        } else {
            (testkit::TestRuntime::step_back, testkit::TestRuntime::advance)
        };
        there(&world.runtime, FAR);
        // Ahead, its session is over; behind, it has just been used.
        ada.get("/load-user").await.expect(if ahead { 401 } else { 200 });
        let mut phone = Client::new(&world);
        phone.login("ada@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
        phone.login("ada@example.com", PASSWORD).await.expect(200);
        phone.get("/load-user").await.expect(200);
        phone.get("/sessions").await.expect(200);
        phone.post("/sessions/refresh", &json!({})).await.expect(200);
        phone.post("/forgot-password", &json!({ "username": "ada@example.com" })).await.expect(202);
        assert!(cases::mail::last_mail(&world, "ada@example.com").await.text.contains("?token="));
        back(&world.runtime, FAR);
        ada.get("/load-user").await.expect(200);
        ada.post("/sessions/refresh", &json!({})).await.expect(200);
        assert_eq!(cases::revocation::cached(&world, &ada).await.unwrap()["freshness"], "fresh");
        then.get_or_insert(phone);
    }
    // A session that began far ahead can be ended, and the cache hears of it.
    let mut then = then.unwrap();
    let mut copy = Client::new(&world);
    copy.session.clone_from(&then.session);
    then.post("/logout", &json!({})).await.expect(204);
    copy.get("/load-user").await.expect_problem(401, "unauthenticated");
    assert_eq!(cases::revocation::cached(&world, &copy).await, None);
}

#[tokio::test]
async fn a_rate_limiter_that_fails_stops_nobody() {
    let world = Native::new();
    world.sign_in_limiter.set_down(true);
    member(&world, "ada@example.com").await;
    let warned = world.runtime.log_lines().into_iter().any(|logged| {
        logged.level == Level::Warn && logged.line["message"] == "the rate limiter does not answer"
    });
    assert!(warned);
}

#[tokio::test]
async fn a_flood_of_denials_and_guesses_does_not_flood_the_audit_log() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    let mut bob = member(&world, "bob@example.com").await;
    let mut stranger = Client::new(&world);
    let denials = "audit_log WHERE action = 'access.denied'";
    let guesses = "audit_log WHERE action = 'user.sign_in_failed'";
    let mut flood = async || {
        for number in 0..70 {
            ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
            // From many places: by address alone they would be stopped after 30.
            stranger.address = format!("192.0.2.{number}");
            stranger.login(&format!("nobody{number}@example.com"), "wrong password").await.expect(401);
        }
    };
    for minute in 1..=2 {
        flood().await;
        assert_eq!(count(&world, denials).await, 60 * minute);
        assert_eq!(count(&world, guesses).await, 60 * minute);
        let last = "audit_log WHERE details LIKE '%furtherNotWritten%'";
        assert_eq!(count(&world, last).await, 2 * minute, "the log says so");
        world.runtime.advance(Duration::from_secs(61));
    }
    // Whoever makes the noise hides neither others nor guesses at accounts that there are.
    flood().await;
    bob.get("/rbac/roles").await.expect(403);
    Client::new(&world).login("bob@example.com", "wrong password").await.expect(401);
    let bob_id = my_id(&mut bob).await;
    assert_eq!(count(&world, &format!("{denials} AND actor_id = '{bob_id}'")).await, 1);
    assert_eq!(count(&world, &format!("{guesses} AND target_id = '{bob_id}'")).await, 1);
}

#[tokio::test]
async fn isolates_that_tell_of_flags_at_once_tell_once() {
    let world = Native::new();
    let (one, other) = tokio::join!(
        user_mgmt_app::services::audit::keep(&world.app),
        user_mgmt_app::services::audit::keep(&world.app)
    );
    one.unwrap();
    other.unwrap();
    assert_eq!(count(&world, "audit_log").await, 1);
}

#[tokio::test]
async fn retention_works_off_a_long_past_in_bounded_rounds() {
    let world = Native::with_vars(&[("AUDIT_RETENTION_DAYS", "365")]);
    add_old_events(&world, 12_500).await;
    let mut left = Vec::new();
    for _ in 0..3 {
        world.run_cron().await;
        left.push(count(&world, "audit_log WHERE request_id = 'old'").await);
    }
    assert_eq!(left, [2_500, 0, 0]);
    let told = world
        .sql("SELECT sum(json_extract(details, '$.removed')) AS removed, count(*) AS events FROM audit_log WHERE action = 'audit.removed'")
        .await;
    assert_eq!(told, [json!({ "removed": 12_500, "events": 13 })]);
}

/// So many events of the first minutes of 1970, by the request `old`.
async fn add_old_events(world: &Native, count: u32) {
    let insert = format!(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count}) \
         INSERT INTO audit_log (id, at, action, target_type, target_id, request_id, details) \
         SELECT printf('00000001-%04x-7000-8000-000000000000', i), 65536 + i, 'role.created', 'role', 'r', 'old', '{{}}' \
         FROM n"
    );
    world.sql(&insert).await;
}

/// An administrator, and more events than three pages of an export hold.
async fn world_with_a_long_log() -> (Native, String) {
    let world = Native::new();
    let session = super_admin(&world, "root@example.com").await.session.unwrap_or_default();
    add_old_events(&world, 3_500).await;
    world.db.take_calls();
    (world, format!("{}={session}", http_kit::SESSION_COOKIE))
}

#[tokio::test]
async fn an_export_reads_one_page_at_a_time_as_its_reader_asks_for_more() {
    let (world, cookie) = world_with_a_long_log().await;
    let request = http::Request::get("http://localhost:8787/api/v1/admin/audit?format=ndjson");
    let request = request.header(http::header::COOKIE, cookie).body(Body::empty()).unwrap();
    let response = world.account_pages.fetch(request).await.unwrap();
    let calls = names(&world.db.take_calls());
    assert_eq!(calls[0], ["sessions/principal"]);
    assert_eq!(calls[1], ["batch_guard/decision_current", "audit_log/insert"]);
    assert_eq!(calls.len(), 2, "nothing is read before somebody wants it");
    let mut body = response.into_body().into_data_stream();
    let mut sizes = Vec::new();
    while let Some(chunk) = body.next().await {
        assert_eq!(names(&world.db.take_calls()), [["audit_log/page"]], "one page for one piece of the body");
        sizes.push(String::from_utf8(chunk.unwrap().to_vec()).unwrap().lines().count());
    }
    assert_eq!(sizes, [1_000, 1_000, 1_000, 503]);
    assert_eq!(world.db.take_calls().len(), 0);
}

#[tokio::test]
async fn an_export_that_breaks_off_says_so_and_is_no_whole_answer() {
    let (world, cookie) = world_with_a_long_log().await;
    let request = http::Request::get("http://localhost:8787/api/v1/admin/audit?format=ndjson");
    let request = request.header(http::header::COOKIE, cookie).body(Body::empty()).unwrap();
    let response = world.account_pages.fetch(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let request_id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let mut body = response.into_body().into_data_stream();
    let mut text = body.next().await.unwrap().unwrap().to_vec();
    world.db.fail_after(0);
    text.extend(body.next().await.unwrap().unwrap());
    assert!(body.next().await.unwrap().is_err(), "whoever reads it learns that there was to be more");
    let text = String::from_utf8(text).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last, json!({ "error": { "code": "export_incomplete", "requestId": request_id } }));
    let logged = world.runtime.log_lines().pop().unwrap();
    assert_eq!((logged.level, &logged.line["requestId"]), (Level::Error, &json!(request_id)));
    assert!(logged.line["cause"].is_string());
}

#[tokio::test]
async fn sign_in_costs_the_same_statements_with_and_without_an_account() {
    let world = Native::new();
    let mut ada = Client::new(&world);
    ada.register("ada@example.com", PASSWORD).await.expect(201);
    world.db.take_calls();
    let mut seen = Vec::new();
    for email in ["ada@example.com", "nobody@example.com"] {
        ada.login(email, "wrong password").await.expect_problem(401, "invalid_credentials");
        seen.push(names(&world.db.take_calls()));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].len(), 3);
    assert_eq!(seen[0][2], ["audit_log/insert_bounded"], "after the response");
}

/// Each of them has an address of its own, which no limit by address would stop.
#[tokio::test]
async fn a_flood_of_sign_ins_is_refused_beyond_what_can_wait_and_no_refusal_is_a_guess() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    ada.get("/load-user").await.expect(200);
    let mut clients: Vec<_> = (0..2 * MOST).map(|_| Client::new(&world)).collect();
    let sign_ins = clients.iter_mut().enumerate().map(async |(number, client)| {
        let name = if number % 2 == 0 { "ada@example.com" } else { &format!("nobody{number}@example.com") };
        client.login(name, PASSWORD).await
    });
    let replies = join_all(sign_ins).await;
    // One is at its hash, and so many wait.
    let (let_in, refused) = replies.split_at(1 + MOST);
    for (number, reply) in let_in.iter().enumerate() {
        assert_eq!(reply.status, if number % 2 == 0 { 200 } else { 401 }, "{}", reply.text());
    }
    let mut seen = Vec::new();
    for reply in refused {
        let mut body = reply.json();
        assert_eq!((reply.status.as_u16(), &body["code"]), (503, &json!("busy")));
        assert_eq!(reply.headers["retry-after"], "2");
        body["requestId"].take();
        seen.push(body);
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "the same whether there is an account or not: {seen:?}");
    let guesses = count(&world, "sign_in_failures WHERE failures > 0").await;
    assert_eq!(guesses, i64::try_from(MOST / 2).unwrap(), "a refusal is no guess");
    Client::new(&world).login("ada@example.com", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn other_requests_get_their_turn_before_the_next_password_is_hashed() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    let done = Mutex::new(Vec::new());
    let sign_ins = join_all((0..4).map(async |_| {
        Client::new(&world).login("ada@example.com", PASSWORD).await.expect(200);
        done.lock().unwrap().push("signed in");
    }));
    let reads = async {
        for _ in 0..4 {
            ada.get("/load-user").await.expect(200);
            done.lock().unwrap().push("read");
        }
    };
    join!(sign_ins, reads);
    let done = done.into_inner().unwrap();
    // The first has its turn at once.
    let mut before_the_second = done[..5].to_vec();
    before_the_second.sort_unstable();
    assert_eq!(before_the_second, ["read", "read", "read", "read", "signed in"], "{done:?}");
}

/// Nobody waits, so that there is nobody to give way to.
#[tokio::test]
async fn who_signs_in_alone_does_not_wait() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    ada.get("/load-user").await.expect(200);
    let sign_in = async || Client::new(&world).login("ada@example.com", PASSWORD).await;
    let mut alone = pin!(sign_in());
    // Fewer looks than the shortest pause takes.
    assert!((0..500).any(|_| look(alone.as_mut()).is_ready()), "it waits");
    let mut two = pin!(join_all([sign_in(), sign_in()]));
    assert!((0..500).all(|_| look(two.as_mut()).is_pending()), "the second goes on at once");
}

#[tokio::test]
async fn hashes_follow_one_another_unless_somebody_else_asks_for_something() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    let sign_in = async || Client::new(&world).login("ada@example.com", PASSWORD).await;
    let done_at_once = async || {
        let mut two = pin!(join_all([sign_in(), sign_in()]));
        let done = (0..500).any(|_| look(two.as_mut()).is_ready());
        if !done {
            two.await;
        }
        done
    };
    world.runtime.advance(Duration::from_secs(1));
    assert!(done_at_once().await, "nobody else is there");
    ada.get("/load-user").await.expect(200);
    assert!(!done_at_once().await, "somebody else is there");
    world.runtime.advance(Duration::from_millis(999));
    assert!(!done_at_once().await, "and may ask for more");
    world.runtime.advance(Duration::from_millis(1));
    assert!(done_at_once().await, "nobody is there any more");
}

/// Where a client goes away, the platform neither goes on with its request nor drops it.
#[tokio::test]
async fn requests_that_were_given_up_hold_no_place_for_the_next_hash() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    ada.get("/load-user").await.expect(200);
    let sign_in = async || Client::new(&world).login("ada@example.com", PASSWORD).await;
    let mut sign_ins: Vec<_> = (0..=MOST).map(|_| Box::pin(sign_in())).collect();
    // So far that one is done and the others wait.
    for _ in 0..50 {
        sign_ins.retain_mut(|sign_in| look(sign_in.as_mut()).is_pending());
    }
    assert_eq!(sign_ins.len(), MOST);
    std::mem::forget(sign_ins);
    let mut next = Client::new(&world);
    next.login("ada@example.com", PASSWORD).await.expect_problem(503, "busy");
    world.runtime.advance(Duration::from_secs(1));
    next.login("ada@example.com", PASSWORD).await.expect(200);
}
