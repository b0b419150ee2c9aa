//! What is recorded of decisions, as it can only be seen from inside: the log, the events, the batches, time passing.

use std::time::Duration;

use e2e::cases::{PASSWORD, count, member, my_id, super_admin};
use http::StatusCode;
use http_kit::Level;
use serde_json::{Value, json};
use testkit::{Client, Native, World};

/// What the counters say, in short.
async fn counted(world: &Native) -> Vec<String> {
    let rows = world
        .sql("SELECT finding, mode, route, permission, sum(count) AS n FROM authz_counters GROUP BY 1, 2, 3, 4 ORDER BY 3, 1, 2")
        .await;
    rows.iter()
        .map(|row| {
            let parts = ["finding", "mode", "route", "permission"].map(|name| e2e::cases::text(&row[name]));
            format!("{} {}", parts.join(" "), row["n"])
        })
        .collect()
}

/// The batches that wrote counters since the last look, and how many statements each had.
fn flushes(world: &Native) -> Vec<usize> {
    let calls = world.db.take_calls();
    let of_telemetry =
        calls.iter().filter(|call| call.iter().any(|statement| statement.name.ends_with("/add")));
    of_telemetry.map(Vec::len).collect()
}

#[tokio::test]
async fn a_finding_is_a_line_an_event_and_a_count() {
    let world = Native::with_vars(&[
        ("USER_MGMT_ENFORCE", "report"),
        ("USER_MGMT_ENFORCE_FOR", "staff, tenant:default"),
    ]);
    let mut admin = super_admin(&world, "root@example.com").await;
    let mut ada = member(&world, "ada@example.com").await;
    let (ada_id, root_id) = (my_id(&mut ada).await, my_id(&mut admin).await);
    admin
        .put(&format!("/users/{ada_id}"), &json!({ "firstName": "A" }))
        .await
        .expect_problem(403, "forbidden");
    ada.delete(&format!("/users/{root_id}")).await.expect_problem(403, "forbidden");
    ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
    ada.delete(&format!("/users/{ada_id}")).await.expect(204);

    let lines: Vec<Value> = world.runtime.log_lines().into_iter().map(|logged| logged.line).collect();
    let findings: Vec<&Value> = lines.iter().filter(|line| line.get("finding").is_some()).collect();
    let short = |line: &Value| {
        ["finding", "mode", "method", "route", "required", "decision", "tenant", "cohort", "code"]
            .map(|name| line[name].as_str().unwrap_or("-").to_owned())
            .join(" ")
    };
    assert_eq!(
        findings.iter().map(|line| short(line)).collect::<Vec<_>>(),
        [
            "would_allow report PUT /users/{id} users:update deny default tenant:default forbidden",
            "denied report DELETE /users/{id} users:delete deny default tenant:default forbidden",
            "denied always GET /rbac/roles roles:read deny default - permission_denied",
            "would_deny report DELETE /users/{id} users:delete allow default tenant:default -",
        ]
    );
    let users: Vec<&Value> = findings.iter().map(|line| &line["userId"]).collect();
    assert_eq!(users, [&json!(root_id), &json!(ada_id), &json!(ada_id), &json!(ada_id)]);
    for line in findings {
        assert!(
            lines
                .iter()
                .any(|other| other["worker"] == "user-mgmt" && other["requestId"] == line["requestId"])
        );
    }

    let events = world.analytics.events();
    assert_eq!(events.len(), 4);
    let request = &events[2][8];
    assert_eq!(
        events[2],
        ["denied", "always", "GET /rbac/roles", "roles:read", "deny", "", &ada_id, "default", request]
    );
    assert_eq!(
        counted(&world).await,
        [
            "denied report DELETE /users/{id} users:delete 1",
            "would_deny report DELETE /users/{id} users:delete 1",
            "denied always GET /rbac/roles roles:read 1",
            "would_allow report PUT /users/{id} users:update 1",
        ]
    );
    let by_user = world
        .sql("SELECT user_id, finding, permission, count FROM authz_user_counters ORDER BY finding, permission")
        .await;
    assert_eq!(
        by_user,
        [
            json!({ "user_id": ada_id, "finding": "denied", "permission": "roles:read", "count": 1 }),
            json!({ "user_id": ada_id, "finding": "denied", "permission": "users:delete", "count": 1 }),
            json!({ "user_id": root_id, "finding": "would_allow", "permission": "users:update", "count": 1 }),
            json!({ "user_id": ada_id, "finding": "would_deny", "permission": "users:delete", "count": 1 }),
        ]
    );
    let routes = world.sql("SELECT route FROM authz_routes ORDER BY route").await;
    let routes: Vec<&str> = routes.iter().map(|row| row["route"].as_str().unwrap()).collect();
    assert_eq!(routes, ["DELETE /users/{id}", "GET /rbac/roles", "PUT /users/{id}"]);
}

#[tokio::test]
async fn what_a_handler_refuses_and_what_a_token_may_not_is_counted_too() {
    let world = Native::new();
    let mut admin = super_admin(&world, "root@example.com").await;
    let mut ada = member(&world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    let made =
        admin.post("/tokens", &json!({ "name": "CI", "scopes": ["roles:assign"] })).await.expect(201).json();
    let mut program = Client::new(&world);
    program.token = made["token"].as_str().map(str::to_owned);
    program.get("/tokens").await.expect_problem(403, "session_required");
    let role = e2e::cases::role_id(&world, "SUPER_ADMIN").await;
    let body = json!({ "roleId": role });
    program
        .post(&format!("/rbac/users/{ada_id}/roles"), &body)
        .await
        .expect_problem(403, "exceeds_own_grants");
    assert_eq!(
        counted(&world).await,
        ["denied always GET /tokens  1", "denied always POST /rbac/users/{userId}/roles roles:assign 1",]
    );
    Client::new(&world).get("/rbac/roles").await.expect_problem(401, "unauthenticated");
    assert_eq!(counted(&world).await.len(), 2, "who is not signed in is not denied");
}

#[tokio::test]
async fn a_flood_of_denials_is_one_batch_and_loses_none() {
    let mut world = Native::new();
    {
        let mut warm = member(&world, "warm@example.com").await;
        warm.get("/rbac/roles").await.expect(403);
    }
    let mut ada = member(&world, "ada@example.com").await;
    let session = ada.session.take();
    world.run_deferred = false;
    world.db.take_calls();
    let mut ada = Client::new(&world);
    ada.session = session;
    for _ in 0..500 {
        ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
    }
    assert_eq!(flushes(&world), [0; 0], "nothing is written before a response");
    world.settle().await;
    assert_eq!(flushes(&world), [3]);
    assert_eq!(counted(&world).await, ["denied always GET /rbac/roles roles:read 501"]);
}

#[tokio::test]
async fn counters_that_can_not_be_written_are_kept_and_fail_nothing() {
    let world = Native::new();
    let mut ada = member(&world, "ada@example.com").await;
    world.analytics.set_down(true);
    world.sql("ALTER TABLE authz_minutes RENAME TO elsewhere").await;
    for _ in 0..3 {
        ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
    }
    assert_eq!(counted(&world).await, [""; 0]);
    let warned = |message: &str| {
        world
            .runtime
            .log_lines()
            .iter()
            .any(|logged| logged.level == Level::Warn && logged.line["message"] == message)
    };
    assert!(warned("what was counted of decisions is not written down yet"));
    assert!(warned("Analytics Engine does not take events"));
    world.sql("ALTER TABLE elsewhere RENAME TO authz_minutes").await;
    // Whatever comes next writes it, denied or not.
    ada.get("/load-user").await.expect(200);
    assert_eq!(counted(&world).await, ["denied always GET /rbac/roles roles:read 3"]);
    assert_eq!(count(&world, "authz_routes").await, 1);
}

#[tokio::test]
async fn role_data_that_can_not_be_read_is_counted_apart_from_denials() {
    let mut world = Native::with_vars(&[("USER_MGMT_ENFORCE", "report")]);
    let (session, path) = {
        let mut ada = member(&world, "ada@example.com").await;
        let path = format!("/users/{}", my_id(&mut ada).await);
        (ada.session, path)
    };
    world.sql("ALTER TABLE role_permissions RENAME TO elsewhere").await;
    let name = json!({ "firstName": "A" });
    let mut ada = Client::new(&world);
    ada.session.clone_from(&session);
    ada.put(&path, &name).await.expect(200);
    ada.get("/rbac/roles").await.expect_problem(503, "unavailable");
    world.restart_with(&[("USER_MGMT_ENFORCE", "on")]).await;
    let mut ada = Client::new(&world);
    ada.session = session;
    ada.put(&path, &name).await.expect_problem(503, "unavailable");
    assert_eq!(
        counted(&world).await,
        [
            "failed always GET /rbac/roles roles:read 1",
            "failed on PUT /users/{id} users:update 1",
            "failed report PUT /users/{id} users:update 1",
        ]
    );
    assert_eq!(count(&world, "authz_routes").await, 0, "no decision was made");
}

#[tokio::test]
async fn what_is_counted_is_dropped_after_its_time() {
    let world = Native::with_vars(&[("TELEMETRY_RETENTION_DAYS", "7")]);
    let mut ada = member(&world, "ada@example.com").await;
    ada.get("/rbac/roles").await.expect(403);
    world.runtime.advance(Duration::from_hours(24 * 3));
    world.run_cron().await;
    let rows = async || {
        (
            count(&world, "authz_counters").await,
            count(&world, "authz_user_counters").await,
            count(&world, "authz_minutes").await,
        )
    };
    assert_eq!(rows().await, (1, 1, 0));
    world.runtime.advance(Duration::from_hours(24 * 6));
    world.run_cron().await;
    assert_eq!(rows().await, (0, 0, 0));
}

#[tokio::test]
async fn with_rbac_off_nothing_is_recorded() {
    let world = Native::with_vars(&[("RBAC_ENABLED", "off")]);
    let mut ada = member(&world, "ada@example.com").await;
    let bob_id = my_id(&mut member(&world, "bob@example.com").await).await;
    ada.delete(&format!("/users/{bob_id}")).await.expect_problem(403, "forbidden");
    world.run_cron().await;
    assert_eq!(counted(&world).await, [""; 0]);
    assert!(world.analytics.events().is_empty());
}

const HOOK: &str = "https://hooks.example.com/services/T0/S3CRET";

fn alerting() -> Native {
    Native::with_vars(&[
        ("ALERT_WEBHOOK_URL", HOOK),
        ("ALERT_DENIALS", "3"),
        ("ALERT_ERRORS", "2"),
        ("ALERT_WINDOW_MINUTES", "10"),
    ])
}

#[tokio::test]
async fn an_alert_goes_out_once_a_window_when_the_threshold_is_reached() {
    let world = alerting();
    let mut ada = member(&world, "ada@example.com").await;
    let deny = async |client: &mut Client<'_, Native>, times: usize| {
        for _ in 0..times {
            client.get("/rbac/roles").await.expect(403);
        }
    };
    deny(&mut ada, 2).await;
    world.run_cron().await;
    assert_eq!(world.internet.sent(), []);
    deny(&mut ada, 1).await;
    for _ in 0..5 {
        world.run_cron().await;
        world.runtime.advance(Duration::from_mins(1));
    }
    let sent = world.internet.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!((&sent[0].method, sent[0].uri.as_str()), (&http::Method::POST, HOOK));
    let body: Value = serde_json::from_str(&sent[0].body).unwrap();
    assert_eq!(
        (&body["type"], &body["denied"], &body["wouldDeny"], &body["evaluationErrors"]),
        (&json!("edgeward.authorization"), &json!(3), &json!(0), &json!(0))
    );
    assert_eq!(
        body["text"],
        "Edgeward: 3 denials or would-be denials and 0 evaluation errors within 10 minutes"
    );

    // The next window has less to tell, the one after that enough.
    world.runtime.advance(Duration::from_mins(10));
    world.run_cron().await;
    assert_eq!(world.internet.sent().len(), 1);
    deny(&mut ada, 4).await;
    world.run_cron().await;
    assert_eq!(world.internet.sent().len(), 2);
}

#[tokio::test]
async fn evaluation_errors_have_a_threshold_of_their_own() {
    let world = alerting();
    let mut ada = member(&world, "ada@example.com").await;
    world.sql("ALTER TABLE role_permissions RENAME TO elsewhere").await;
    ada.get("/rbac/roles").await.expect(503);
    world.run_cron().await;
    assert_eq!(world.internet.sent(), []);
    ada.get("/rbac/roles").await.expect(503);
    world.run_cron().await;
    let body: Value = serde_json::from_str(&world.internet.sent()[0].body).unwrap();
    assert_eq!((&body["denied"], &body["evaluationErrors"]), (&json!(0), &json!(2)));
}

#[tokio::test]
async fn an_alert_that_is_not_taken_is_sent_again_without_a_word_about_the_address() {
    let world = alerting();
    let mut ada = member(&world, "ada@example.com").await;
    for _ in 0..3 {
        ada.get("/rbac/roles").await.expect(403);
    }
    world.internet.answer_with(None);
    world.run_cron().await;
    world.internet.answer_with(Some(StatusCode::INTERNAL_SERVER_ERROR));
    world.runtime.advance(Duration::from_mins(1));
    world.run_cron().await;
    world.internet.answer_with(Some(StatusCode::OK));
    world.runtime.advance(Duration::from_mins(2));
    world.run_cron().await;
    world.runtime.advance(Duration::from_mins(3));
    world.run_cron().await;
    let sent = world.internet.sent();
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|request| request.body == sent[0].body), "the same alert");
    assert_eq!(count(&world, "outbox").await, 0);
    let log = json!(world.runtime.log_lines().into_iter().map(|logged| logged.line).collect::<Vec<_>>())
        .to_string();
    assert!(
        log.contains("the alert webhook did not answer") && log.contains("the alert webhook answered 500")
    );
    for part in ["S3CRET", "hooks.example.com", PASSWORD] {
        assert!(!log.contains(part), "{part}");
    }
}

#[tokio::test]
async fn an_alert_of_long_ago_is_given_up() {
    let world = alerting();
    let mut ada = member(&world, "ada@example.com").await;
    for _ in 0..3 {
        ada.get("/rbac/roles").await.expect(403);
    }
    world.internet.answer_with(Some(StatusCode::NOT_FOUND));
    for _ in 0..12 {
        world.run_cron().await;
        world.runtime.advance(Duration::from_hours(1));
    }
    assert_eq!(count(&world, "outbox").await, 0);
    let sent = world.internet.sent().len();
    assert!((5..=9).contains(&sent), "{sent}");
}

#[test]
fn a_webhook_without_encryption_is_refused_without_being_repeated() {
    let lookup =
        |name: &str| (name == "ALERT_WEBHOOK_URL").then(|| "http://hooks.example.com/S3CRET".to_owned());
    let mut vars = http_kit::Vars::new(&lookup);
    let config = user_mgmt_app::Config::read(&mut vars);
    assert!(config.alerts.is_none());
    let errors = vars.finish().unwrap_err();
    assert!(errors.len() == 1 && !errors[0].contains("S3CRET"), "{errors:?}");
}
