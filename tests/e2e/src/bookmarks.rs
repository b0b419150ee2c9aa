//! The regression suite of the example application: what it did before it had permissions, it does in every mode of the
//! rollout, and enforcement adds what its rules say and nothing else.

use http::{Method, Request};
use serde_json::{Value, json};
use testkit::{Client, Reply, World};

use crate::cases::{assign, create_role, member, my_id, super_admin, text};

/// What the application asks, as it registers it.
pub const MANIFEST: &str = include_str!("../../../examples/bookmarks/manifest.json");

/// A request to the application itself.
pub async fn ask<W: World>(
    client: &mut Client<'_, W>,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Reply {
    let mut request = Request::builder().method(method).uri(format!("http://localhost:8787{path}"));
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    client.send(request.body(body).unwrap()).await
}

async fn get<W: World>(client: &mut Client<'_, W>, path: &str) -> Reply {
    ask(client, Method::GET, path, None).await
}

async fn post<W: World>(client: &mut Client<'_, W>, path: &str, body: &Value) -> Reply {
    ask(client, Method::POST, path, Some(body)).await
}

async fn put<W: World>(client: &mut Client<'_, W>, path: &str, body: &Value) -> Reply {
    ask(client, Method::PUT, path, Some(body)).await
}

async fn delete<W: World>(client: &mut Client<'_, W>, path: &str) -> Reply {
    ask(client, Method::DELETE, path, None).await
}

/// Sessions that outlive a restart of the world.
#[derive(Debug)]
pub struct Sessions {
    /// Of somebody who may keep bookmarks, run jobs and keep keys, once there are roles.
    pub ada: Option<String>,
    /// Of somebody who may do nothing of the kind.
    pub bob: Option<String>,
    /// Of somebody who moderates.
    pub moderator: Option<String>,
}

/// For whom permissions decide already.
#[derive(Clone, Copy, Debug)]
pub struct Enforced {
    /// For bob.
    pub bob: bool,
    /// For the moderator.
    pub moderator: bool,
    /// For those who are not signed in.
    pub nobody: bool,
}

impl Enforced {
    /// For all of them, or for none.
    pub fn all(on: bool) -> Self {
        Self { bob: on, moderator: on, nobody: on }
    }

    /// How often the guard denies somebody who is signed in, in [`flows`].
    pub fn denials(self) -> i64 {
        let ada = 1;
        let bob = if self.bob { 10 } else { 3 };
        let moderator = 2;
        ada + bob + moderator
    }
}

fn browser<'w, W: World>(world: &'w W, session: Option<&String>) -> Client<'w, W> {
    let mut client = Client::new(world);
    client.session = session.cloned();
    client
}

/// Registers what the application asks, and gives these users the roles that they need there.
pub async fn register<W: World>(admin: &mut Client<'_, W>, ada: &str, moderator: &str) {
    let manifest: Value = serde_json::from_str(MANIFEST).unwrap();
    let result = admin.put("/rbac/permissions", &manifest).await.expect(200).json();
    assert_eq!(result["added"].as_array().unwrap().len(), 7);
    let again = admin.put("/rbac/permissions", &manifest).await.expect(200).json();
    assert_eq!((&again["added"], &again["unchanged"]), (&json!([]), &json!(7)));
    let suggested = again["suggested"].as_array().unwrap();
    assert_eq!(suggested.len(), 3, "suggesting grants nothing");
    assert_eq!(suggested[0], json!({ "role": "MEMBER", "permission": "bookmarks:read" }));
    let everyday = ["bookmarks:read", "bookmarks:write", "jobs:read", "jobs:run", "credentials:write"];
    let role = create_role(admin, "bookmark keeper", &everyday).await;
    assign(admin, ada, &role).await;
    let role = create_role(admin, "moderator", &["bookmarks:moderate", "credentials:audit"]).await;
    assign(admin, moderator, &role).await;
}

async fn people<W: World>(world: &W) -> Sessions {
    let mut admin = super_admin(world, "root@example.com").await;
    let mut ada = member(world, "ada@example.com").await;
    let bob = member(world, "bob@example.com").await;
    let mut moderator = member(world, "mod@example.com").await;
    register(&mut admin, &my_id(&mut ada).await, &my_id(&mut moderator).await).await;
    world.settle().await;
    Sessions { ada: ada.session, bob: bob.session, moderator: moderator.session }
}

/// The critical flows, in off, report and on.
pub async fn every_flow_works_in_every_mode<W: World>(world: &mut W) {
    let people = people(world).await;
    for mode in ["off", "report", "on"] {
        world.restart_with(&[("USER_MGMT_ENFORCE", mode)]).await;
        println!("mode {mode}");
        flows(world, &people, Enforced::all(mode == "on")).await;
    }
}

/// What people do with the application every day, and what each of them gets.
pub async fn flows<W: World>(world: &W, people: &Sessions, enforced: Enforced) {
    let (mut ada, mut bob) = (browser(world, people.ada.as_ref()), browser(world, people.bob.as_ref()));
    let (mut moderator, mut nobody) = (browser(world, people.moderator.as_ref()), Client::new(world));
    let bob_has_none = |reply: Reply, success: u16| {
        if enforced.bob {
            drop(reply.expect_problem(403, "permission_denied"));
        } else {
            drop(reply.expect(success));
        }
    };

    // What is not the application's own still answers.
    nobody.get("/healthz").await.expect(200);
    get(&mut nobody, "/sign-in").await.expect(200);
    ada.get("/load-user").await.expect(200);

    // Bookmarks: to keep them needs a permission, to change one's own needs none.
    let bookmark = json!({ "url": "https://example.com/a", "title": "A", "shared": true });
    for path in ["/bookmarks", "/jobs", "/credentials"] {
        get(&mut nobody, path).await.expect_problem(401, "unauthenticated");
    }
    post(&mut nobody, "/bookmarks", &bookmark).await.expect_problem(401, "unauthenticated");
    let id = text(&post(&mut ada, "/bookmarks", &bookmark).await.expect(201).json()["id"]);
    bob_has_none(post(&mut bob, "/bookmarks", &bookmark).await, 201);
    let listed = get(&mut ada, "/bookmarks").await.expect(200).json();
    assert_eq!(listed["items"][0]["id"], id.as_str());
    bob_has_none(get(&mut bob, "/bookmarks").await, 200);
    let path = format!("/bookmarks/{id}");
    put(&mut ada, &path, &bookmark).await.expect(204);
    put(&mut bob, &path, &bookmark).await.expect(403);
    put(&mut nobody, &path, &bookmark).await.expect_problem(401, "unauthenticated");
    put(&mut moderator, &path, &bookmark).await.expect(if enforced.moderator { 204 } else { 403 });
    put(&mut ada, "/bookmarks/none", &bookmark).await.expect_problem(404, "not_found");
    put(&mut ada, &path, &json!({ "url": "javascript:alert(1)", "title": "" })).await.expect(400);
    delete(&mut bob, &path).await.expect(403);

    // Those that are shared were open to everybody.
    get(&mut ada, "/bookmarks/shared").await.expect(200);
    bob_has_none(get(&mut bob, "/bookmarks/shared").await, 200);
    let reply = get(&mut nobody, "/bookmarks/shared").await;
    if enforced.nobody {
        drop(reply.expect_problem(401, "unauthenticated"));
    } else {
        drop(reply.expect(200));
    }
    delete(&mut ada, &path).await.expect(204);

    // Jobs: bob may stop the one that he started before he could start no more.
    let job = json!({ "kind": "check_links" });
    let of_ada = text(&post(&mut ada, "/jobs", &job).await.expect(202).json()["id"]);
    bob_has_none(post(&mut bob, "/jobs", &job).await, 202);
    post(&mut ada, &format!("/jobs/{of_ada}/cancel"), &json!({})).await.expect(204);
    post(&mut bob, &format!("/jobs/{of_ada}/cancel"), &json!({})).await.expect(403);

    // Keys: nobody's but one's own, whatever one may do.
    let key = json!({ "name": "reader", "secret": "s3cr3t" });
    let id = text(&post(&mut ada, "/credentials", &key).await.expect(201).json()["id"]);
    let path = format!("/credentials/{id}");
    assert_eq!(get(&mut ada, &path).await.expect(200).json(), json!({ "secret": "s3cr3t" }));
    for client in [&mut bob, &mut moderator] {
        get(client, &path).await.expect_problem(404, "not_found");
        delete(client, &path).await.expect_problem(404, "not_found");
    }
    bob_has_none(post(&mut bob, "/credentials", &key).await, 201);
    get(&mut nobody, &path).await.expect_problem(404, "not_found");
    get(&mut ada, "/credentials/all").await.expect_problem(404, "not_found");
    let reply = get(&mut moderator, "/credentials/all").await;
    if enforced.moderator {
        assert!(!reply.expect(200).text().contains("s3cr3t"));
    } else {
        reply.expect_problem(404, "not_found");
    }
    delete(&mut ada, &path).await.expect(204);
}

/// A role that is taken away stops the next start of a job.
pub async fn what_is_taken_away_stops_the_next_job<W: World>(world: &mut W) {
    let people = people(world).await;
    let mut ada = browser(world, people.ada.as_ref());
    post(&mut ada, "/jobs", &json!({ "kind": "import" })).await.expect(202);
    let mut admin = Client::new(world);
    admin.login("root@example.com", crate::cases::PASSWORD).await.expect(200);
    let ada_id = my_id(&mut ada).await;
    let role = crate::cases::role_id(world, "bookmark keeper").await;
    admin.delete(&format!("/rbac/users/{ada_id}/roles/{role}")).await.expect(204);
    post(&mut ada, "/jobs", &json!({ "kind": "import" })).await.expect_problem(403, "permission_denied");
    world.settle().await;
    post(&mut ada, "/bookmarks", &json!({ "url": "https://example.com", "title": "" }))
        .await
        .expect_problem(403, "permission_denied");
}

/// What enforcement would change shows in the report of the rollout, by the application's name.
pub async fn findings_show_in_the_report<W: World>(world: &mut W) {
    let people = people(world).await;
    world.restart_with(&[("USER_MGMT_ENFORCE", "report")]).await;
    let mut bob = browser(world, people.bob.as_ref());
    get(&mut bob, "/bookmarks").await.expect(200);
    get(&mut Client::new(world), "/bookmarks/shared").await.expect(200);
    for _ in 0..100 {
        let counted = world
            .sql("SELECT route, permission FROM authz_counters WHERE finding = 'would_deny' ORDER BY route")
            .await;
        if counted.len() == 2 {
            assert_eq!(
                counted,
                [
                    json!({ "route": "bookmarks GET /bookmarks", "permission": "bookmarks:read" }),
                    json!({ "route": "bookmarks GET /bookmarks/shared", "permission": "bookmarks:read" }),
                ]
            );
            return;
        }
        world.settle().await;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the findings did not arrive: {:?}", world.sql("SELECT * FROM authz_counters").await);
}
