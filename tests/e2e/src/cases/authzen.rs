//! The OpenID AuthZEN Authorization API 1.0: the core levels of its certification scenario (Basic, Batch, Search) and
//! Discovery, at the addresses where a client of the standard looks, and what is Edgeward's own about the answers.

use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use serde_json::{Value, json};
use testkit::{Client, Reply, World};

use super::{PASSWORD, assign, count, create_role, member, my_id, register_permissions, super_admin, text};

const EVALUATION: &str = "/access/v1/evaluation";
const EVALUATIONS: &str = "/access/v1/evaluations";
const SUBJECT: &str = "/access/v1/search/subject";
const RESOURCE: &str = "/access/v1/search/resource";
const ACTION: &str = "/access/v1/search/action";

/// The fixture of the scenario: alice reads and writes records, bob reads them, and there are two.
async fn fixture<W: World>(world: &mut W) -> (Client<'_, W>, Client<'_, W>) {
    world.restart_with(&[("AUTHZEN_SUBJECT_DOMAIN", "example.com")]).await;
    let world = &*world;
    let mut root = super_admin(world, "root@example.com").await;
    let names = ["record:read", "record:write", "record:delete"];
    register_permissions(&mut root, &names).await;
    for (user, permissions) in [("alice", &names[..2]), ("bob", &names[..1])] {
        let mut client = member(world, &format!("{user}@example.com")).await;
        let role = create_role(&mut root, &format!("role of {user}"), permissions).await;
        assign(&mut root, &my_id(&mut client).await, &role).await;
    }
    for id in ["record-1", "record-2"] {
        root.request(http::Method::PUT, &format!("/rbac/resources/record/{id}"), None).await.expect(204);
    }
    let made =
        root.post("/tokens", &json!({ "name": "PEP", "scopes": ["access:evaluate"] })).await.expect(201);
    let mut client = Client::new(world);
    client.token = Some(text(&made.json()["token"]));
    (root, client)
}

/// Asks at the root of the origin, as a client of the standard does.
async fn raw<W: World>(
    client: &mut Client<'_, W>,
    path: &str,
    kind: &str,
    id: Option<&str>,
    body: &str,
) -> Reply {
    let mut request = http::Request::post(format!("http://localhost:8787{path}")).header(CONTENT_TYPE, kind);
    if let Some(id) = id {
        request = request.header("x-request-id", id);
    }
    client.send(request.body(body.as_bytes().to_vec()).unwrap()).await
}

async fn ask<W: World>(client: &mut Client<'_, W>, path: &str, body: &Value) -> Reply {
    raw(client, path, "application/json", None, &body.to_string()).await
}

async fn answer<W: World>(client: &mut Client<'_, W>, path: &str, body: &Value) -> Value {
    let reply = ask(client, path, body).await.expect(200);
    assert_eq!(reply.headers[CONTENT_TYPE], "application/json");
    reply.json()
}

fn user(id: &str) -> Value {
    json!({ "type": "user", "id": id })
}

fn record(id: &str) -> Value {
    json!({ "type": "record", "id": id })
}

fn question(subject: &str, action: &str, resource: &str) -> Value {
    json!({ "subject": user(subject), "action": { "name": action }, "resource": record(resource) })
}

fn with(mut question: Value, name: &str, value: Value) -> Value {
    question[name] = value;
    question
}

fn without(mut question: Value, name: &str) -> Value {
    question.as_object_mut().unwrap().remove(name);
    question
}

fn decisions(answer: &Value) -> Vec<bool> {
    let evaluations = answer["evaluations"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert!(answer.get("decision").is_none());
    evaluations.iter().map(|evaluation| evaluation["decision"].as_bool().unwrap()).collect()
}

fn ids(answer: &Value, kind: &str) -> Vec<String> {
    let results = answer["results"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert!(results.iter().all(|found| found["type"] == kind), "{answer}");
    results.iter().map(|found| text(&found["id"])).collect()
}

fn context() -> Value {
    json!({ "time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1" })
}

/// Basic Core.
pub async fn one_question_is_answered_as_the_scenario_asks<W: World>(world: &mut W) {
    let (_, mut client) = fixture(world).await;
    for (subject, action, decision) in
        [("alice", "read", true), ("alice", "write", true), ("bob", "read", true), ("bob", "write", false)]
    {
        let asked = question(subject, action, "record-1");
        for _ in 0..3 {
            assert_eq!(answer(&mut client, EVALUATION, &asked).await["decision"], decision, "{asked}");
        }
        let asked = with(asked, "context", context());
        assert_eq!(answer(&mut client, EVALUATION, &asked).await["decision"], decision, "{asked}");
        let asked = with(asked, "later", json!([{ "unknown": true }]));
        assert_eq!(answer(&mut client, EVALUATION, &asked).await["decision"], decision, "{asked}");
    }
    let good = question("alice", "read", "record-1");
    for bad in [
        without(good.clone(), "subject"),
        without(good.clone(), "action"),
        without(good.clone(), "resource"),
        with(good.clone(), "subject", json!({ "id": "alice" })),
        with(good.clone(), "subject", json!({ "type": "user" })),
        with(good.clone(), "subject", json!("alice")),
        with(good.clone(), "subject", json!(["user", "alice"])),
        with(good.clone(), "action", json!({})),
        with(good.clone(), "action", json!({ "name": 123 })),
        with(good.clone(), "resource", json!({ "id": "record-1" })),
        with(good.clone(), "resource", json!({ "type": "record" })),
        with(good.clone(), "context", json!("now")),
    ] {
        ask(&mut client, EVALUATION, &bad).await.expect_problem(400, "invalid_request");
    }
    let good = good.to_string();
    for (kind, body) in
        [("text/plain", good.as_str()), ("application/json", "{\"subject\":"), ("application/json", "")]
    {
        raw(&mut client, EVALUATION, kind, None, body).await.expect_problem(400, "invalid_request");
    }
    for id in ["bfe9eb29-ab87-4ca3-be83-a1d5d8305716", "any text / of 1 PEP"] {
        let reply = raw(&mut client, EVALUATION, "application/json", Some(id), &good).await.expect(200);
        assert_eq!(reply.headers["x-request-id"], id);
    }
}

/// Batch Core, and the two other semantics.
pub async fn several_questions_are_answered_as_the_scenario_asks<W: World>(world: &mut W) {
    let (_, mut client) = fixture(world).await;
    let two_records = json!({ "subject": user("alice"), "action": { "name": "read" }, "evaluations": [
        { "resource": record("record-1") },
        { "resource": record("record-2"), "context": context() },
    ] });
    assert_eq!(decisions(&answer(&mut client, EVALUATIONS, &two_records).await).len(), 2);
    let inherited = with(two_records, "context", context());
    assert_eq!(decisions(&answer(&mut client, EVALUATIONS, &inherited).await).len(), 2);
    let two_actions = json!({ "subject": user("bob"), "resource": record("record-1"), "evaluations": [
        { "action": { "name": "read" } }, { "action": { "name": "write" } },
    ] });
    assert_eq!(decisions(&answer(&mut client, EVALUATIONS, &two_actions).await), [true, false]);
    let (yes, no) = (question("alice", "read", "record-1"), question("bob", "write", "record-1"));
    let whole = json!({ "evaluations": [yes, no] });
    assert_eq!(decisions(&answer(&mut client, EVALUATIONS, &whole).await), [true, false]);

    let one_unreadable = json!({
        "subject": user("alice"), "action": { "name": "read" },
        "options": { "evaluations_semantic": "execute_all" },
        "evaluations": [{ "resource": record("record-1") }, {}, 7, { "resource": [] }],
    });
    let answered = answer(&mut client, EVALUATIONS, &one_unreadable).await;
    assert_eq!(decisions(&answered), [true, false, false, false]);
    assert_eq!(answered["evaluations"][1]["context"]["error"]["message"], "`resource` is missing");

    for single in [yes.clone(), with(yes.clone(), "evaluations", json!([]))] {
        assert_eq!(answer(&mut client, EVALUATIONS, &single).await["decision"], true);
    }
    ask(&mut client, EVALUATIONS, &without(yes.clone(), "action"))
        .await
        .expect_problem(400, "invalid_request");

    for (semantic, expected) in [
        ("execute_all", &[true, false, true][..]),
        ("deny_on_first_deny", &[true, false][..]),
        ("permit_on_first_permit", &[true][..]),
    ] {
        let body = json!({ "options": { "evaluations_semantic": semantic }, "evaluations": [yes, no, yes] });
        assert_eq!(decisions(&answer(&mut client, EVALUATIONS, &body).await), expected, "{semantic}");
    }
    let unknown = json!({ "options": { "evaluations_semantic": "maybe" }, "evaluations": [yes] });
    ask(&mut client, EVALUATIONS, &unknown).await.expect_problem(400, "invalid_request");
    let many = json!({ "evaluations": vec![json!({}); 1_001] });
    ask(&mut client, EVALUATIONS, &many).await.expect_problem(400, "invalid_request");
}

/// Search Core.
pub async fn searches_are_answered_as_the_scenario_asks<W: World>(world: &mut W) {
    let (_, mut client) = fixture(world).await;
    let who = json!({ "subject": { "type": "user" }, "action": { "name": "read" }, "resource": record("record-1") });
    let all = ids(&answer(&mut client, SUBJECT, &who).await, "user");
    assert!(all.contains(&"alice".to_owned()) && all.contains(&"bob".to_owned()), "{all:?}");
    for same in [with(who.clone(), "context", context()), with(who.clone(), "subject", user("alice"))] {
        assert_eq!(ids(&answer(&mut client, SUBJECT, &same).await, "user"), all);
    }

    let which =
        json!({ "subject": user("alice"), "action": { "name": "read" }, "resource": { "type": "record" } });
    for same in [
        which.clone(),
        with(which.clone(), "context", context()),
        with(which.clone(), "resource", record("x")),
    ] {
        assert_eq!(ids(&answer(&mut client, RESOURCE, &same).await, "record"), ["record-1", "record-2"]);
    }

    let what = json!({ "subject": user("alice"), "resource": record("record-1") });
    for same in [what.clone(), with(what.clone(), "context", context())] {
        let found = answer(&mut client, ACTION, &same).await;
        assert_eq!(found["results"], json!([{ "name": "read" }, { "name": "write" }]));
    }

    let mut page = json!({ "limit": 1 });
    let mut paged = Vec::new();
    loop {
        let found = answer(&mut client, SUBJECT, &with(who.clone(), "page", page)).await;
        paged.extend(ids(&found, "user"));
        let token = text(&found["page"]["next_token"]);
        if token.is_empty() {
            break;
        }
        let other =
            with(with(who.clone(), "action", json!({ "name": "write" })), "page", json!({ "token": token }));
        ask(&mut client, SUBJECT, &other).await.expect_problem(400, "invalid_request");
        page = json!({ "token": token });
    }
    assert_eq!(paged, all);

    let nobody = user("nonexistent-user");
    for (path, body) in [
        (SUBJECT, with(who.clone(), "subject", json!({ "type": "spaceship" }))),
        (SUBJECT, with(who.clone(), "resource", json!({ "type": "unheard-of", "id": "1" }))),
        (RESOURCE, with(which.clone(), "subject", nobody.clone())),
        (RESOURCE, with(which.clone(), "resource", json!({ "type": "unheard-of" }))),
        (ACTION, with(what.clone(), "subject", nobody)),
        (ACTION, with(what.clone(), "resource", json!({ "type": "unheard-of", "id": "1" }))),
    ] {
        assert_eq!(answer(&mut client, path, &body).await["results"], json!([]), "{path} {body}");
    }
    for (path, body) in [
        (SUBJECT, without(who.clone(), "action")),
        (SUBJECT, with(who, "resource", json!({ "type": "record" }))),
        (RESOURCE, without(which.clone(), "subject")),
        (RESOURCE, with(which, "subject", json!({ "type": "user" }))),
        (ACTION, without(what.clone(), "resource")),
        (ACTION, with(what.clone(), "subject", json!({ "type": "user" }))),
        (ACTION, with(what, "resource", json!({ "type": "record" }))),
    ] {
        ask(&mut client, path, &body).await.expect_problem(400, "invalid_request");
    }
}

/// Discovery.
pub async fn the_configuration_says_where_to_ask<W: World>(world: &mut W) {
    let mut client = Client::new(&*world);
    let request = http::Request::get("http://localhost:8787/.well-known/authzen-configuration");
    let reply = client.send(request.body(vec![]).unwrap()).await.expect(200);
    assert_eq!(reply.headers[CONTENT_TYPE], "application/json");
    let found = reply.json();
    let base = text(&found["policy_decision_point"]);
    assert_eq!(base, "http://localhost:8787", "PUBLIC_URL, whatever the request calls this host");
    for (field, path) in [
        ("access_evaluation_endpoint", EVALUATION),
        ("access_evaluations_endpoint", EVALUATIONS),
        ("search_subject_endpoint", SUBJECT),
        ("search_resource_endpoint", RESOURCE),
        ("search_action_endpoint", ACTION),
    ] {
        assert_eq!(text(&found[field]), format!("{base}{path}"));
    }
    let reply = ask(&mut client, EVALUATION, &question("alice", "read", "record-1")).await;
    let reply = reply.expect_problem(401, "unauthenticated");
    assert!(reply.headers.get(WWW_AUTHENTICATE).is_none_or(|challenge| !challenge.is_empty()));
    world.restart_with(&[("RBAC_ENABLED", "off")]).await;
    let request = http::Request::get("http://localhost:8787/.well-known/authzen-configuration");
    Client::new(&*world).send(request.body(vec![]).unwrap()).await.expect_problem(404, "not_found");
}

/// An answer says why, and follows every change at once.
pub async fn an_answer_says_why_and_follows_every_change<W: World>(world: &mut W) {
    let (mut root, mut client) = fixture(world).await;
    let world = root.world();
    let alice = text(&world.sql("SELECT id FROM users WHERE email = 'alice@example.com'").await[0]["id"]);
    for name in ["alice", "alice@example.com", "Alice", alice.as_str()] {
        let reason = answer(&mut client, EVALUATION, &question(name, "write", "record-9")).await;
        let expected = json!({ "code": "granted", "permission": "record:write", "roles": ["role of alice"] });
        assert_eq!(reason["context"]["reason"], expected, "{name}");
    }
    let code = |answer: Value| {
        assert_eq!(answer["decision"], false);
        text(&answer["context"]["reason"]["code"])
    };
    for (asked, expected) in [
        (question("bob", "write", "record-1"), "not_granted"),
        (question("carol", "read", "record-1"), "unknown_subject"),
        (question("a b", "read", "record-1"), "unknown_subject"),
        (
            with(question("alice", "read", "x"), "subject", json!({ "type": "group", "id": "alice" })),
            "unknown_subject",
        ),
        (question("alice", "Read", "record-1"), "no_such_permission"),
        (question("alice", "*", "record-1"), "no_such_permission"),
        (question("alice", "read:write", "record-1"), "no_such_permission"),
    ] {
        assert_eq!(code(answer(&mut client, EVALUATION, &asked).await), expected, "{asked}");
    }
    // What satisfies everything, wildcards, and the one resource that no wildcard reaches.
    let admin =
        |name: &str| with(question("root", name, "x"), "resource", json!({ "type": "admin", "id": "x" }));
    assert_eq!(
        answer(&mut client, EVALUATION, &admin("all")).await["context"]["reason"]["roles"],
        json!(["SUPER_ADMIN"])
    );
    root.post("/rbac/permissions", &json!({ "name": "*:all" })).await.expect(201);
    root.post("/rbac/permissions", &json!({ "name": "record:*" })).await.expect(201);
    let role = create_role(&mut root, "wild", &["*:all", "record:*"]).await;
    let bob = text(&world.sql("SELECT id FROM users WHERE email = 'bob@example.com'").await[0]["id"]);
    assign(&mut root, &bob, &role).await;
    assert_eq!(
        code(answer(&mut client, EVALUATION, &with(admin("all"), "subject", user("bob"))).await),
        "not_granted"
    );
    assert_eq!(answer(&mut client, EVALUATION, &question("bob", "write", "x")).await["decision"], true);
    let who =
        json!({ "subject": { "type": "user" }, "action": { "name": "write" }, "resource": record("x") });
    let mut found = ids(&answer(&mut client, SUBJECT, &who).await, "user");
    found.sort();
    assert_eq!(found, ["alice", "bob", "root"]);
    root.delete(&format!("/rbac/users/{bob}/roles/{role}")).await.expect(204);
    assert_eq!(code(answer(&mut client, EVALUATION, &question("bob", "write", "x")).await), "not_granted");
    world.sql("UPDATE users SET status = 'suspended' WHERE email = 'alice@example.com'").await;
    assert_eq!(
        code(answer(&mut client, EVALUATION, &question("alice", "read", "x")).await),
        "inactive_subject"
    );
    assert_eq!(ids(&answer(&mut client, SUBJECT, &who).await, "user"), ["root"]);
    let what = json!({ "subject": user("alice"), "resource": record("record-1") });
    assert_eq!(answer(&mut client, ACTION, &what).await["results"], json!([]));
}

/// Resources are made known and forgotten, each with one audit event.
pub async fn resources_are_made_known_and_forgotten<W: World>(world: &mut W) {
    let (mut root, mut client) = fixture(world).await;
    let world = root.world();
    let put = |path: &'static str| {
        http::Request::put(format!("http://localhost:8787/api{path}")).body(vec![]).unwrap()
    };
    let events = "audit_log WHERE action = 'resource.registered'";
    assert_eq!(count(world, events).await, 2);
    root.send(put("/rbac/resources/record/record-1")).await.expect(204);
    assert_eq!(count(world, events).await, 2, "known already");
    root.send(put("/rbac/resources/record/a%2Fb%20%C3%BC")).await.expect(204);
    root.send(put("/rbac/resources/Record/1")).await.expect_problem(404, "not_found");
    let listed = root.get("/rbac/resources/record").await.expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    assert_eq!(listed["items"][0], json!({ "type": "record", "id": "a/b ü" }));
    root.delete("/rbac/resources/record/record-2").await.expect(204);
    root.delete("/rbac/resources/record/record-2").await.expect_problem(404, "not_found");
    let which =
        json!({ "subject": user("alice"), "action": { "name": "read" }, "resource": { "type": "record" } });
    assert_eq!(ids(&answer(&mut client, RESOURCE, &which).await, "record"), ["a/b ü", "record-1"]);
    let removed = "audit_log WHERE action = 'resource.removed' AND target_id = 'record:record-2'";
    assert_eq!(count(world, removed).await, 1);
    let mut bob = Client::new(world);
    bob.login("bob@example.com", PASSWORD).await.expect(200);
    bob.send(put("/rbac/resources/record/record-3")).await.expect_problem(403, "permission_denied");
}
