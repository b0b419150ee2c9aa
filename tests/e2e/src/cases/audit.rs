//! The audit log, as administrators read it.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Client, World};

use super::{PASSWORD, assign, count, create_role, member, my_id, signed_in, super_admin, text};

/// The actions of a page in the order of the alphabet: what happens in one millisecond has no order of its own.
async fn actions<W: World>(client: &mut Client<'_, W>, query: &str) -> Vec<String> {
    let mut actions: Vec<String> =
        items(client, query).await.iter().map(|event| text(&event["action"])).collect();
    actions.sort();
    actions
}

async fn items<W: World>(client: &mut Client<'_, W>, query: &str) -> Vec<Value> {
    let page = client.get(&format!("/v1/admin/audit?{query}")).await.expect(200).json();
    page["items"].as_array().unwrap().clone()
}

/// By who, what, to whom, where, when and in which request; together, each counts.
pub async fn the_log_is_found_by_each_filter<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let admin_id = my_id(&mut admin).await;
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    let role = create_role(&mut admin, "auditor", &["audit:read"]).await;
    assign(&mut admin, &ada_id, &role).await;
    let renamed = ada.put(&format!("/users/{ada_id}"), &json!({ "firstName": "Ada" })).await.expect(200);
    let request = renamed.headers["x-request-id"].to_str().unwrap().to_owned();

    // Whoever has the permission may, and sees what others did.
    assert_eq!(
        actions(&mut ada, &format!("actor={admin_id}")).await,
        ["role.assigned", "role.created", "session.created", "user.registered"]
    );
    assert_eq!(actions(&mut ada, "action=role.assigned").await, ["role.assigned"]);
    assert_eq!(actions(&mut ada, "action=role.").await, ["role.assigned", "role.created"]);
    let of_ada = format!("targetType=user&targetId={ada_id}");
    assert_eq!(actions(&mut ada, &of_ada).await, ["role.assigned", "user.registered", "user.updated"]);
    assert_eq!(actions(&mut ada, &format!("{of_ada}&actor={admin_id}")).await, ["role.assigned"]);
    assert_eq!(actions(&mut ada, &format!("requestId={request}")).await, ["user.updated"]);
    let all = actions(&mut ada, "").await;
    assert_eq!(all.len(), 7);
    assert_eq!(actions(&mut ada, "tenant=default").await, all);
    assert_eq!(actions(&mut ada, "tenant=another").await, [""; 0]);

    let events = items(&mut ada, &format!("requestId={request}")).await;
    let at = text(&events[0]["at"]);
    assert_eq!(
        events[0],
        json!({
            "id": events[0]["id"],
            "at": at,
            "action": "user.updated",
            "actor": { "id": ada_id, "email": "ada@example.com", "firstName": "Ada", "lastName": null },
            "target": { "type": "user", "id": ada_id },
            "tenant": "default",
            "requestId": request,
            "clientAddress": null,
            "details": {
                "before": { "firstName": null, "lastName": null },
                "after": { "firstName": "Ada", "lastName": null },
            },
        })
    );
    assert!(actions(&mut ada, &format!("from={at}")).await.contains(&"user.updated".to_owned()));
    assert!(!actions(&mut ada, &format!("to={at}")).await.contains(&"user.updated".to_owned()));
    assert_eq!(actions(&mut ada, "from=2100-01-01T00:00:00Z").await, [""; 0]);

    // What somebody did stays when they are gone; who they were does not.
    ada.post("/delete-account", &json!({ "password": PASSWORD })).await.expect(204);
    let events = items(&mut admin, &format!("requestId={request}")).await;
    assert_eq!(
        events[0]["actor"],
        json!({ "id": ada_id, "email": null, "firstName": null, "lastName": null })
    );
}

/// Every event is on one page, in the order of time.
pub async fn the_log_pages_from_the_newest_to_the_oldest<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    for number in 0..5 {
        create_role(&mut admin, &format!("role {number}"), &[]).await;
    }
    for filter in ["", "&action=role.created", "&action=role.", "&tenant=default"] {
        let whole = items(&mut admin, &format!("limit=100{filter}")).await;
        assert!(whole.len() >= 5);
        let mut found: Vec<Value> = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/v1/admin/audit?limit=2{filter}{cursor}");
            let page = admin.get(&path).await.expect(200).json();
            found.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(found, whole, "{filter}");
        let ids: Vec<&str> = found.iter().map(|event| event["id"].as_str().unwrap()).collect();
        assert!(ids.is_sorted_by(|newer, older| newer > older), "{ids:?}");
    }
}

/// A filter that says nothing sensible is refused by its name.
pub async fn a_filter_that_can_not_be_read_is_named<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    for (query, field) in [
        ("actor=ada@example.com", "actor"),
        ("action=.", "action"),
        ("action=role", "action"),
        ("targetType=user", "targetId"),
        ("targetId=1", "targetType"),
        ("from=yesterday", "from"),
        ("to=2026-01-01", "to"),
        ("limit=1000", "limit"),
        ("cursor=x", "cursor"),
    ] {
        let reply = admin.get(&format!("/v1/admin/audit?{query}")).await;
        let reply = reply.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], field, "{query}");
    }
}

/// Without the permission it is refused; without the flag there is nothing.
pub async fn the_log_is_hidden_while_management_is_off<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    ada.get("/v1/admin/audit").await.expect_problem(403, "permission_denied");
    for off in [("USER_MGMT_CORE", "off"), ("RBAC_ENABLED", "off")] {
        world.restart_with(&[("USER_MGMT_CORE", "on"), ("RBAC_ENABLED", "on"), off]).await;
        let mut root = Client::new(world);
        root.login("ada@example.com", PASSWORD).await.expect(200);
        let hidden = root.get("/v1/admin/audit").await.expect_problem(404, "not_found").json();
        let unknown = root.get("/v1/admin/nothing").await.expect_problem(404, "not_found").json();
        assert_eq!(hidden["detail"], unknown["detail"]);
        root.post("/v1/admin/audit", &json!({})).await.expect_problem(404, "not_found");
    }
}

/// Reads one event of this action by SQL, and how many there are.
async fn one_of<W: World>(world: &W, action: &str) -> Value {
    let mut found = world.sql(&format!("SELECT * FROM audit_log WHERE action = '{action}'")).await;
    assert_eq!(found.len(), 1, "{action}: {found:?}");
    let mut event = found.remove(0);
    event["details"] = serde_json::from_str(event["details"].as_str().unwrap()).unwrap();
    event
}

/// Waits for what is written after a response.
async fn written<W: World>(world: &W, action: &str, number: i64) {
    for _ in 0..100 {
        world.settle().await;
        if count(world, &format!("audit_log WHERE action = '{action}'")).await == number {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{action}: {:?}", world.sql("SELECT * FROM audit_log").await);
}

/// Of an account that there is, and of one that there is not; never the password, and never the unknown address.
pub async fn a_failed_sign_in_is_told_of<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    let mut stranger = Client::new(world);
    stranger.login("ada@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
    written(world, "user.sign_in_failed", 1).await;
    let event = one_of(world, "user.sign_in_failed").await;
    assert_eq!((&event["target_id"], &event["actor_id"]), (&json!(ada_id), &Value::Null));
    assert_eq!(event["details"], json!({ "reason": "wrong_password" }));
    assert!(!event["tenant_id"].is_null());

    stranger.login("nobody@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
    written(world, "user.sign_in_failed", 2).await;
    let unknown = "audit_log WHERE target_id = '' AND details = '{\"reason\":\"unknown_account\"}'";
    assert_eq!(count(world, unknown).await, 1);
    let told = json!(world.sql("SELECT * FROM audit_log").await).to_string();
    assert!(!told.contains("wrong password") && !told.contains("nobody@example.com"));

    // Whoever is signed in guesses as themselves.
    let body = json!({ "currentPassword": "wrong password", "newPassword": "another horse battery" });
    ada.post("/change-password", &body).await.expect_problem(403, "wrong_password");
    written(world, "user.sign_in_failed", 3).await;
    let own = format!("audit_log WHERE action = 'user.sign_in_failed' AND actor_id = '{ada_id}'");
    assert_eq!(count(world, &own).await, 1);

    world.sql("UPDATE users SET status = 'suspended'").await;
    stranger.login("ada@example.com", PASSWORD).await.expect_problem(403, "account_suspended");
    written(world, "user.sign_in_failed", 4).await;
    assert_eq!(count(world, "audit_log WHERE details = '{\"reason\":\"suspended\"}'").await, 1);
}

/// Whoever was refused, where, and for want of what.
pub async fn a_denial_is_told_of<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    let bob_id = my_id(&mut member(world, "bob@example.com").await).await;
    let path = format!("/users/{bob_id}");
    let reply = ada.delete(&path).await.expect_problem(403, "permission_denied");
    written(world, "access.denied", 1).await;
    let event = one_of(world, "access.denied").await;
    assert_eq!(
        [&event["actor_id"], &event["target_type"], &event["target_id"], &event["request_id"]],
        [&json!(ada_id), &json!("route"), &json!("DELETE /users/{id}"), &reply.json()["requestId"]]
    );
    let details = json!({ "code": "permission_denied", "required": "users:delete", "path": path });
    assert_eq!(event["details"], details);

    // What is wrong in another way is no denial.
    ada.get(&format!("/users/{}", ada_id.replace('0', "f"))).await.expect_problem(404, "not_found");
    ada.get("/nothing").await.expect_problem(404, "not_found");
    Client::new(world).get("/rbac/roles").await.expect_problem(401, "unauthenticated");
    ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
    written(world, "access.denied", 2).await;
}

/// The last sign-in counts: the session that the browser had before is over, and the log says why.
pub async fn every_end_of_a_session_has_its_reason<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    let reason =
        |reason: &str| format!("audit_log WHERE details LIKE '%\"{reason}\"%' AND actor_id = '{ada_id}'");
    assert_eq!(count(world, &reason("replaced")).await, 1);
    ada.post("/logout", &json!({})).await.expect(204);
    assert_eq!(count(world, &reason("signed_out")).await, 1);
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    let own = text(&ada.get("/sessions").await.json()["items"][0]["id"]);
    ada.delete(&format!("/sessions/{own}")).await.expect(204);
    assert_eq!(count(world, &reason("ended_by_owner")).await, 1);
    assert_eq!(count(world, "audit_log WHERE action = 'session.ended'").await, 3);
}

/// However often the cron trigger runs, one event for one change.
pub async fn changed_flags_are_told_of_once<W: World>(world: &mut W) {
    for _ in 0..2 {
        world.run_cron().await;
    }
    let first = one_of(world, "flags.changed").await;
    assert_eq!(first["details"]["before"], Value::Null);
    assert_eq!(first["details"]["after"]["USER_MGMT_ENFORCE"], "on");
    world.restart_with(&[("USER_MGMT_ENFORCE", "report")]).await;
    for _ in 0..2 {
        world.run_cron().await;
    }
    let second = format!("audit_log WHERE action = 'flags.changed' AND id <> '{}'", text(&first["id"]));
    let second = &world.sql(&format!("SELECT details, actor_id, request_id FROM {second}")).await;
    assert_eq!(second.len(), 1);
    let details: Value = serde_json::from_str(second[0]["details"].as_str().unwrap()).unwrap();
    assert_eq!(details["before"], first["details"]["after"]);
    assert_eq!(details["after"]["USER_MGMT_ENFORCE"], "report");
    assert_eq!(second[0]["request_id"], "cron");
}

/// Only what is older than the configuration says, and only by telling of it.
pub async fn retention_removes_the_oldest_events<W: World>(world: &mut W) {
    super_admin(world, "root@example.com").await;
    for day in 0..3 {
        world
            .sql(&format!(
                "INSERT INTO audit_log (id, at, action, target_type, target_id, request_id, details) VALUES \
                 ('015775ca-af80-7000-8000-00000000000{day}', 1475150000000, 'role.created', 'role', 'r', 'old', '{{}}')"
            ))
            .await;
    }
    let old = "audit_log WHERE request_id = 'old'";
    world.run_cron().await;
    assert_eq!(count(world, old).await, 3, "for ever, unless said otherwise");
    let before = count(world, "audit_log").await;
    world.restart_with(&[("AUDIT_RETENTION_DAYS", "30")]).await;
    for _ in 0..2 {
        world.run_cron().await;
    }
    assert_eq!(count(world, old).await, 0);
    // Two more events: of the variable, and of the removal.
    assert_eq!(count(world, "audit_log").await, before - 3 + 2);
    let mut admin = signed_in(world, "root@example.com").await;
    let events = items(&mut admin, "action=audit.removed").await;
    let details = json!({
        "removed": 3,
        "from": "2016-09-29T11:53:20.000Z",
        "to": "2016-09-29T11:53:20.000Z",
        "upTo": "015775ca-af80-7000-8000-000000000002",
        "retentionDays": 30,
    });
    assert_eq!((events.len(), &events[0]["details"]), (1, &details));
}

/// A change by way of a page is by whoever sits at the browser, from where they sit.
pub async fn a_change_by_a_page_is_by_its_user<W: World>(world: &mut W) {
    world.restart_with(&[("AUDIT_CLIENT_ADDRESS", "on")]).await;
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    let form = http::Request::post("http://localhost:8787/profile")
        .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(http::header::ORIGIN, "http://localhost:8787")
        .body(b"firstName=Ada&lastName=Lovelace".to_vec())
        .unwrap();
    let reply = ada.send(form).await.expect(303);
    let event = one_of(world, "user.updated").await;
    assert_eq!(
        [&event["actor_id"], &event["request_id"], &event["client_address"]],
        [&json!(ada_id), &json!(reply.headers["x-request-id"].to_str().unwrap()), &json!(ada.address)]
    );
    assert_eq!(event["details"]["after"]["lastName"], "Lovelace");
}

/// As lines of JSON and as CSV, by the parameter and by `Accept`; an export is an event itself.
pub async fn the_log_is_exported_whole<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let formula = "=HYPERLINK(\"http://example.com\",\"a, b\")";
    let own = format!("/users/{}", my_id(&mut admin).await);
    admin.put(&own, &json!({ "firstName": formula })).await.expect(200);
    world
        .sql(
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 2499) \
             INSERT INTO audit_log (id, at, action, target_type, target_id, request_id, details) \
             SELECT printf('00000001-%04x-7000-8000-000000000000', i), 65536 + i, 'role.created', 'role', 'r', 'old', \
             '{\"after\":{\"name\":\"ä\"}}' FROM n",
        )
        .await;

    let reply = admin.get("/v1/admin/audit?format=ndjson").await.expect(200);
    assert_eq!(reply.headers["content-type"], "application/x-ndjson");
    let name = reply.headers["content-disposition"].to_str().unwrap();
    assert!(name.starts_with("attachment; filename=\"audit-20") && name.ends_with(".ndjson\""), "{name}");
    let text = reply.text();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let stored = count(world, "audit_log").await;
    assert_eq!(i64::try_from(events.len()).unwrap(), stored);
    assert!(events.is_sorted_by(|newer, older| newer["id"].as_str() > older["id"].as_str()));
    let page = items(&mut admin, "action=audit.").await;
    assert_eq!(events.iter().find(|event| event["action"] == "audit.exported"), page.first());
    assert_eq!(page[0]["details"], json!({ "format": "ndjson", "filter": {} }));

    let request =
        http::Request::get("http://localhost:8787/api/v1/admin/audit?action=user.updated&tenant=default")
            .header(http::header::ACCEPT, "text/csv")
            .body(Vec::new())
            .unwrap();
    let reply = admin.send(request).await.expect(200);
    assert_eq!(reply.headers["content-type"], "text/csv; charset=utf-8; header=present");
    let text = reply.text();
    let (head, rest) = text.split_once("\r\n").unwrap();
    assert_eq!(
        head,
        "id,at,action,actorId,actorEmail,actorFirstName,actorLastName,targetType,targetId,tenant,requestId,\
         clientAddress,details"
    );
    assert!(
        rest.contains(",root@example.com,\"'=HYPERLINK(\"\"http://example.com\"\",\"\"a, b\"\")\",,user,"),
        "{rest}"
    );
    assert_eq!(rest.matches("\r\n").count(), 1);
    let told = items(&mut admin, "action=audit.exported").await;
    let filter = json!({ "action": "user.updated", "tenant": "default" });
    assert!(told.iter().any(|event| event["details"] == json!({ "format": "csv", "filter": filter })));

    let csv = admin.get("/v1/admin/audit?format=csv&requestId=nothing").await.expect(200).text();
    assert_eq!(csv.matches("\r\n").count(), 1, "nothing but the names of the columns");
    admin.get("/v1/admin/audit?format=xml").await.expect_problem(400, "invalid_request");
    admin.get("/v1/admin/audit?format=csv&limit=5").await.expect_problem(400, "invalid_request");
    let before = count(world, "audit_log").await;
    let mut ada = member(world, "ada@example.com").await;
    ada.get("/v1/admin/audit?format=csv").await.expect_problem(403, "permission_denied");
    written(world, "access.denied", 1).await;
    assert_eq!(count(world, "audit_log").await, before + 3, "an account, a session, a denial: no export");
}
