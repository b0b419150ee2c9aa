//! Every combination of the flags: what is visible, what is enforced, and that each answer depends on nothing but the
//! flags that it should depend on, so that switching any of them off restores the answers from before.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};
use testkit::{Client, Reply, World};

use super::{PASSWORD, member, my_id, super_admin};

/// One way to set the flags.
#[derive(Clone, Copy, Debug)]
struct Flags {
    rbac: bool,
    core: bool,
    ui: bool,
    enforce: &'static str,
}

impl Flags {
    /// All of them, from everything off to everything on.
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for rbac in [false, true] {
            for core in [false, true] {
                for ui in [false, true] {
                    for enforce in ["off", "report", "on"] {
                        all.push(Self { rbac, core, ui, enforce });
                    }
                }
            }
        }
        all
    }

    fn vars(self) -> [(&'static str, &'static str); 4] {
        let flag = |on: bool| if on { "on" } else { "off" };
        [
            ("RBAC_ENABLED", flag(self.rbac)),
            ("USER_MGMT_CORE", flag(self.core)),
            ("USER_MGMT_UI", flag(self.ui)),
            ("USER_MGMT_ENFORCE", self.enforce),
        ]
    }

    /// Whether RBAC decides on protected endpoints. Without roles it can't, whatever is asked for.
    fn enforced(self) -> bool {
        self.rbac && self.enforce == "on"
    }
}

/// What an answer depends on, as a state in which it is always the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// As any unknown path of the API, byte for byte.
    Hidden,
    /// As any unknown page, byte for byte.
    HiddenPage,
    /// There, and with this status.
    There(u16),
    /// The same with another answer, since RBAC is on.
    WithRoles(u16),
    /// The same with another answer, since there is an admin area as well.
    WithAdminArea(u16),
}

/// A request, who makes it, and the state that its answer is in.
struct Probe {
    by: &'static str,
    method: Method,
    path: &'static str,
    body: Option<Value>,
    state: fn(Flags) -> State,
}

/// The table. `{ada}` and `{bob}` stand for ids; a path that does not begin with `/api` is a page.
fn probes() -> Vec<Probe> {
    use State::{Hidden, HiddenPage, There, WithRoles};
    let probe = |by, method, path, state| Probe { by, method, path, body: None, state };
    let name = || Some(json!({ "firstName": "A" }));
    vec![
        probe("nobody", Method::GET, "/api/healthz", |_| There(200)),
        probe("nobody", Method::GET, "/api/load-user", |_| There(401)),
        probe("nobody", Method::GET, "/api/nothing", |_| Hidden),
        probe("nobody", Method::GET, "/", |_| There(303)),
        probe("nobody", Method::GET, "/sign-in", |_| There(200)),
        probe("ada", Method::GET, "/api/nothing", |_| Hidden),
        probe(
            "ada",
            Method::GET,
            "/api/load-user",
            |flags| if flags.rbac { WithRoles(200) } else { There(200) },
        ),
        probe("ada", Method::GET, "/api/users/{ada}", |_| There(200)),
        // Members may see each other.
        probe("ada", Method::GET, "/api/users/{bob}", |flags| There(if flags.rbac { 200 } else { 403 })),
        Probe { body: name(), ..probe("ada", Method::PUT, "/api/users/{ada}", |_| There(200)) },
        Probe {
            body: name(),
            ..probe("bob", Method::PUT, "/api/users/{ada}", |flags| {
                if flags.enforced() { WithRoles(403) } else { There(403) }
            })
        },
        Probe {
            body: name(),
            ..probe("root", Method::PUT, "/api/users/{ada}", |flags| {
                There(if flags.enforced() { 200 } else { 403 })
            })
        },
        probe("ada", Method::DELETE, "/api/users/{bob}", |flags| {
            if flags.enforced() { WithRoles(403) } else { There(403) }
        }),
        probe("root", Method::DELETE, "/api/users/00000000-0000-7000-8000-00000000dead", |flags| {
            There(if flags.enforced() { 404 } else { 403 })
        }),
        probe("root", Method::GET, "/api/rbac/roles", |flags| if flags.rbac { There(200) } else { Hidden }),
        probe("ada", Method::GET, "/api/rbac/roles", |flags| if flags.rbac { There(403) } else { Hidden }),
        probe("nobody", Method::GET, "/api/rbac/roles", |flags| if flags.rbac { There(401) } else { Hidden }),
        probe("ada", Method::DELETE, "/api/rbac/roles", |flags| if flags.rbac { There(405) } else { Hidden }),
        Probe {
            body: Some(json!({ "permissions": ["users:read"] })),
            ..probe(
                "ada",
                Method::POST,
                "/api/rbac/check",
                |flags| if flags.rbac { There(200) } else { Hidden },
            )
        },
        probe("ada", Method::GET, "/api/tokens", |flags| if flags.rbac { There(200) } else { Hidden }),
        probe("root", Method::GET, "/api/v1/admin/tenants", |flags| {
            if flags.rbac && flags.core { There(200) } else { Hidden }
        }),
        probe("ada", Method::GET, "/api/v1/admin/tenants", |flags| {
            if flags.rbac && flags.core { There(403) } else { Hidden }
        }),
        probe("nobody", Method::GET, "/api/v1/admin/rollout", |flags| {
            if flags.rbac && flags.core { There(401) } else { Hidden }
        }),
        probe("ada", Method::GET, "/api/v1/admin/rollout", |flags| {
            if flags.rbac && flags.core { There(403) } else { Hidden }
        }),
        Probe {
            body: Some(json!({})),
            ..probe("root", Method::POST, "/api/v1/admin/rollout", |flags| {
                if flags.rbac && flags.core { There(405) } else { Hidden }
            })
        },
        probe("nobody", Method::GET, "/admin/nothing", |_| HiddenPage),
        probe("nobody", Method::GET, "/admin/users", |flags| if flags.ui { There(303) } else { HiddenPage }),
        probe("root", Method::GET, "/admin/users", admin_page),
        // Members may see each other.
        probe("ada", Method::GET, "/admin/users", admin_page),
        probe("root", Method::GET, "/admin/users/{ada}", admin_page),
        probe(
            "ada",
            Method::GET,
            "/admin/users/invite",
            |flags| {
                if flags.ui { There(403) } else { HiddenPage }
            },
        ),
        probe("root", Method::GET, "/profile", profile),
        probe("ada", Method::GET, "/profile", profile),
    ]
}

/// A page of the admin area, of somebody who may see it: without roles nobody may, and what it shows comes from the
/// management API.
fn admin_page(flags: Flags) -> State {
    match flags {
        Flags { ui: false, .. } => State::HiddenPage,
        Flags { rbac: false, .. } => State::There(403),
        Flags { core: false, .. } => State::HiddenPage,
        _ => State::There(200),
    }
}

/// The profile shows roles where there are any, and the way to the admin area to those who may go there.
fn profile(flags: Flags) -> State {
    match flags {
        Flags { rbac: false, .. } => State::There(200),
        Flags { ui: false, .. } => State::WithRoles(200),
        _ => State::WithAdminArea(200),
    }
}

/// The people of the table: their ids and sessions.
struct People(BTreeMap<&'static str, (String, Option<String>)>);

impl People {
    async fn ask<W: World>(&self, world: &W, probe: &Probe) -> String {
        let mut client = Client::new(world);
        let mut path = probe.path.to_owned();
        for (name, (id, session)) in &self.0 {
            path = path.replace(&format!("{{{name}}}"), id);
            if *name == probe.by {
                client.session.clone_from(session);
            }
        }
        let uri = format!("http://localhost:8787{path}");
        let mut request = http::Request::builder().method(probe.method.clone()).uri(uri);
        if probe.body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = probe.body.as_ref().map(ToString::to_string).unwrap_or_default();
        recorded(&client.send(request.body(body.into_bytes()).unwrap()).await)
    }
}

/// The whole answer, but for the id of the request and for times.
fn recorded(reply: &Reply) -> String {
    let mut headers: Vec<String> = reply
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "server-timing", "date"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    headers.sort();
    let mut body = reply.text();
    if let Some(id) = reply.headers.get("x-request-id") {
        body = body.replace(id.to_str().unwrap(), "(request)");
    }
    if let Ok(Value::Object(members)) = serde_json::from_str::<Value>(&body)
        && let Some(time) = members.get("updatedAt").and_then(Value::as_str)
    {
        body = body.replace(time, "(time)");
    }
    format!("{}\n{}\n\n{body}", reply.status.as_u16(), headers.join("\n"))
}

/// All 24, from everything off to everything on and back again.
pub async fn every_combination_of_flags_shows_and_enforces_what_it_says<W: World>(world: &mut W) {
    let mut people = People(BTreeMap::new());
    for name in ["root", "ada", "bob"] {
        let email = format!("{name}@example.com");
        let mut client =
            if name == "root" { super_admin(world, &email).await } else { member(world, &email).await };
        let id = my_id(&mut client).await;
        // What the probes write, so that the first of them changes nothing.
        client.put(&format!("/users/{id}"), &json!({ "firstName": "A" })).await.expect(200);
        people.0.insert(name, (id, client.session.clone()));
    }
    let probes = probes();
    let mut known: BTreeMap<String, (Flags, String)> = BTreeMap::new();
    let there = Flags::all();
    let back = there.iter().rev().copied();
    for flags in there.iter().copied().chain(back) {
        world.restart_with(&flags.vars()).await;
        for probe in &probes {
            let label = format!("{} {} {}", probe.by, probe.method, probe.path);
            let answer = people.ask(world, probe).await;
            let (status, key) = match (probe.state)(flags) {
                State::Hidden => (404, "hidden".to_owned()),
                State::HiddenPage => (404, "hidden page".to_owned()),
                State::There(status) => (status, format!("{label} {status}")),
                State::WithRoles(status) => (status, format!("{label} {status} with roles")),
                State::WithAdminArea(status) => (status, format!("{label} {status} with the admin area")),
            };
            assert!(answer.starts_with(&status.to_string()), "{label} with {flags:?}: {answer}");
            let (first, expected) = known.entry(key).or_insert_with(|| (flags, answer.clone()));
            assert_eq!(answer, *expected, "{label} with {flags:?} is not as with {first:?}");
        }
    }
    let mut ada = Client::new(world);
    ada.login("ada@example.com", PASSWORD).await.expect(200);
}
