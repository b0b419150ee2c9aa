//! The whole rollout on one database, as docs/ROLLOUT.md has it: from accounts alone to enforcement for everyone, with
//! the way back from each phase.

use std::collections::BTreeMap;
use std::time::Duration;

use enforce::percentile;
use serde_json::json;
use testkit::{Client, World};

use super::{PASSWORD, count, member, my_id, role_id, rollout, text};

/// The migrations after the first, in order.
fn later_migrations() -> Vec<String> {
    let folder = testkit::root().join("migrations");
    let names = store_sqlite::migrations(&folder).unwrap().into_iter().map(|(name, _)| name);
    names.filter(|name| !name.starts_with("0001")).collect()
}

const DENIALS: &str = "audit_log WHERE action = 'access.denied'";

/// What has been found since the counters began, by the test's own book.
#[derive(Debug)]
struct Book {
    found: BTreeMap<&'static str, i64>,
    /// How many denials the audit log had before.
    audited: i64,
}

impl Book {
    async fn open<W: World>(world: &W) -> Self {
        Self { found: BTreeMap::new(), audited: count(world, DENIALS).await }
    }

    fn note(&mut self, finding: &'static str) {
        *self.found.entry(finding).or_default() += 1;
    }

    fn total(&self) -> i64 {
        self.found.values().sum()
    }

    /// Waits until the counters and the audit log say the same: an isolate keeps counts for some seconds.
    async fn balance<W: World>(&self, world: &W) {
        let sum = "SELECT coalesce(sum(count), 0) AS n FROM authz_counters";
        for _ in 0..100 {
            if world.sql(sum).await[0]["n"] == self.total() {
                break;
            }
            world.pause(Duration::from_millis(200)).await;
        }
        let rows = world.sql("SELECT finding, sum(count) AS n FROM authz_counters GROUP BY finding").await;
        let counted: BTreeMap<String, i64> =
            rows.iter().map(|row| (text(&row["finding"]), row["n"].as_i64().unwrap())).collect();
        let expected: BTreeMap<String, i64> =
            self.found.iter().map(|(finding, count)| ((*finding).to_owned(), *count)).collect();
        assert_eq!(counted, expected);
        let allowed = self.found.get("would_deny").copied().unwrap_or_default();
        let audited = count(world, DENIALS).await - self.audited;
        assert_eq!(audited, self.total() - allowed, "every denial is in the audit log");
    }
}

/// The users who are there from the beginning to the end, and their ids.
struct People(Vec<(String, String)>);

impl People {
    fn id(&self, name: &str) -> &str {
        &self.0.iter().find(|(other, _)| other == name).unwrap().1
    }

    /// Everybody signs in, sees themselves and may change their own name, whatever the phase.
    async fn all_work<W: World>(&self, world: &W) {
        for (name, id) in &self.0 {
            let mut client = sign_in(world, name).await;
            assert_eq!(client.get("/load-user").await.expect(200).json()["userId"], **id, "{name}");
            client.put(&format!("/users/{id}"), &json!({ "firstName": name })).await.expect(200);
        }
    }

    /// Who of these is enforced for: it shows in who denies them the account of another.
    async fn enforced_for<W: World>(&self, world: &W, book: &mut Book) -> Vec<&str> {
        let mut enforced = Vec::new();
        for (name, id) in self.0.iter().filter(|(name, _)| name != "root") {
            let (_, other) = self.0.iter().find(|(_, other)| other != id).unwrap();
            let mut client = sign_in(world, name).await;
            let code = client.delete(&format!("/users/{other}")).await.expect(403).code();
            book.note("denied");
            match code.as_str() {
                "permission_denied" => enforced.push(name.as_str()),
                "forbidden" => {}
                other => panic!("{name}: {other}"),
            }
        }
        enforced
    }
}

async fn sign_in<'w, W: World>(world: &'w W, name: &str) -> Client<'w, W> {
    let mut client = Client::new(world);
    client.login(&format!("{name}@example.com"), PASSWORD).await.expect(200);
    client
}

/// Gives every account the default role, and the first administrator theirs, as the runbook has it.
async fn give_roles<W: World>(world: &W) {
    for (role, of) in [("MEMBER", "1 = 1"), ("SUPER_ADMIN", "users.email = 'root@example.com'")] {
        let role = role_id(world, role).await;
        let sql = format!(
            "INSERT INTO user_roles (user_id, role_id, granted_at) SELECT id, '{role}', 0 FROM users WHERE {of} \
             ON CONFLICT DO NOTHING"
        );
        world.sql(&sql).await;
    }
}

const OFF: [(&str, &str); 5] = [
    ("RBAC_ENABLED", "off"),
    ("USER_MGMT_CORE", "off"),
    ("USER_MGMT_UI", "off"),
    ("USER_MGMT_ENFORCE", "off"),
    ("USER_MGMT_ENFORCE_FOR", ""),
];

/// Starts on a database with only the first migration and every flag off.
pub async fn the_whole_plan_works_forth_and_back<W: World>(world: &mut W) {
    let people = accounts_alone(world).await;

    // The schema: forth, with every flag off; back, with accounts in place; forth again.
    for _ in 0..2 {
        migrate(world).await;
        people.all_work(world).await;
        roll_back(world, "0002").await;
        people.all_work(world).await;
    }
    migrate(world).await;
    give_roles(world).await;

    let token = phase_a(world, &people).await;
    phase_b(world, &people).await;
    phase_c(world, &people).await;

    // All the way back, with everything in place, and forth to enforcement for everyone.
    let kept = "SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM user_roles) AS roles, \
                (SELECT sum(count) FROM authz_counters) AS found, (SELECT count(*) FROM api_tokens) AS tokens, \
                (SELECT count(*) FROM audit_log) > 0 AS events";
    let before = world.sql(kept).await;
    world.restart_with(&OFF).await;
    people.all_work(world).await;
    assert_eq!(world.sql(kept).await, before, "nothing is lost, and nothing is counted without roles");
    let on = [
        ("RBAC_ENABLED", "on"),
        ("USER_MGMT_CORE", "on"),
        ("USER_MGMT_UI", "on"),
        ("USER_MGMT_ENFORCE", "on"),
    ];
    world.restart_with(&on).await;
    people.all_work(world).await;
    let mut program = Client::new(world);
    program.token = Some(token);
    program.get("/v1/admin/rollout").await.expect(200);
}

/// Accounts as they were before: some users, and the rule that everyone's account is their own.
async fn accounts_alone<W: World>(world: &mut W) -> People {
    let mut people = People(Vec::new());
    let (mut below, mut above) = (false, false);
    for name in ["root", "ada", "bob", "eve"] {
        let id = my_id(&mut member(world, &format!("{name}@example.com")).await).await;
        people.0.push((name.to_owned(), id));
    }
    // Somebody within the first quarter of all users, and somebody beyond.
    for number in 0..100 {
        if below && above {
            break;
        }
        let name = format!("user{number}");
        let id = my_id(&mut member(world, &format!("{name}@example.com")).await).await;
        (below, above) = (below || percentile(&id) < 25, above || percentile(&id) >= 25);
        people.0.push((name, id));
    }
    world.sql(&format!("UPDATE users SET staff = 1 WHERE id = '{}'", people.id("ada"))).await;
    let acme = "00000000-0000-7000-8000-0000000000aa";
    world.sql(&format!("INSERT INTO tenants (id, name, created_at) VALUES ('{acme}', 'acme', 0)")).await;
    world.sql(&format!("UPDATE users SET tenant_id = '{acme}' WHERE id = '{}'", people.id("bob"))).await;
    people.all_work(world).await;
    people
}

async fn migrate<W: World>(world: &W) {
    for name in later_migrations() {
        world.migrate(&name).await;
    }
}

/// Goes back to before the migration that starts like this.
async fn roll_back<W: World>(world: &W, to: &str) {
    for name in later_migrations().iter().rev().filter(|name| name.as_str() >= to) {
        world.roll_back(name).await;
    }
}

/// The core: management over the API, by a token of the first administrator. Gives the token.
async fn phase_a<W: World>(world: &mut W, people: &People) -> String {
    world.restart_with(&[("RBAC_ENABLED", "on"), ("USER_MGMT_CORE", "on")]).await;
    people.all_work(world).await;
    let token = {
        let mut root = sign_in(world, "root").await;
        let body = json!({ "name": "rollout", "scopes": ["rollout:read", "roles:assign", "roles:read"] });
        text(&root.post("/tokens", &body).await.expect(201).json()["token"])
    };
    let mut program = Client::new(world);
    program.token = Some(token.clone());
    program.get("/v1/admin/rollout").await.expect(200);
    let path = format!("/rbac/users/{}/roles", people.id("eve"));
    let role = role_id(world, "MEMBER").await;
    program.delete(&format!("{path}/{role}")).await.expect_problem(403, "exceeds_own_grants");

    // Back: management is gone, its data is not. Forth again.
    world.settle().await;
    world.restart_with(&[("USER_MGMT_CORE", "off")]).await;
    {
        let mut program = Client::new(world);
        program.token = Some(token.clone());
        program.get("/v1/admin/rollout").await.expect_problem(404, "not_found");
    }
    people.all_work(world).await;
    let (assignments, tokens) = (count(world, "user_roles").await, count(world, "api_tokens").await);
    world.restart_with(&[("RBAC_ENABLED", "off")]).await;
    people.all_work(world).await;
    world.restart_with(&[("RBAC_ENABLED", "on"), ("USER_MGMT_CORE", "on")]).await;
    people.all_work(world).await;
    assert_eq!((count(world, "user_roles").await, count(world, "api_tokens").await), (assignments, tokens));
    token
}

/// The pages of the admin area: a flag of account-pages, which changes nothing below it.
async fn phase_b<W: World>(world: &mut W, people: &People) {
    for ui in ["on", "off", "on"] {
        world.restart_with(&[("USER_MGMT_UI", ui)]).await;
        people.all_work(world).await;
    }
}

/// Enforcement: report, staff, one tenant, a quarter, everyone; and a step back after each.
async fn phase_c<W: World>(world: &mut W, people: &People) {
    // What was counted before is not of interest here; the way back from its migration alone takes nothing else along.
    world.restart_with(&OFF).await;
    roll_back(world, "0007").await;
    for name in later_migrations().iter().filter(|name| name.as_str() >= "0007") {
        world.migrate(name).await;
    }
    let mut book = Book::open(world).await;
    world
        .restart_with(&[
            ("RBAC_ENABLED", "on"),
            ("USER_MGMT_CORE", "on"),
            ("USER_MGMT_UI", "on"),
            ("USER_MGMT_ENFORCE", "report"),
        ])
        .await;
    people.all_work(world).await;
    assert_eq!(people.enforced_for(world, &mut book).await, [""; 0]);
    differences(world, people, &mut book).await;
    book.balance(world).await;
    {
        let mut root = sign_in(world, "root").await;
        let found = rollout::report(world, &mut root, u64::try_from(book.total()).unwrap()).await;
        assert_eq!((&found["wouldDeny"]["count"], &found["readiness"]["ready"]), (&json!(1), &json!(false)));
    }

    let quarter: Vec<&str> =
        people.0.iter().filter(|(_, id)| percentile(id) < 25).map(|(name, _)| name.as_str()).collect();
    let all: Vec<&str> = people.0.iter().map(|(name, _)| name.as_str()).collect();
    for (cohorts, expected) in
        [("staff", vec!["ada"]), ("tenant:acme", vec!["bob"]), ("percent:25", quarter), ("", all)]
    {
        for (mode, expected) in [("on", expected.as_slice()), ("report", &[]), ("on", expected.as_slice())] {
            let vars = [("USER_MGMT_ENFORCE", mode), ("USER_MGMT_ENFORCE_FOR", cohorts)];
            world.restart_with(&vars).await;
            let expected: Vec<&str> = expected.iter().copied().filter(|name| *name != "root").collect();
            assert_eq!(people.enforced_for(world, &mut book).await, expected, "{mode} for {cohorts:?}");
            book.balance(world).await;
        }
        people.all_work(world).await;
    }
}

/// An administrator who may not yet, and somebody who still may.
async fn differences<W: World>(world: &W, people: &People, book: &mut Book) {
    let mut root = sign_in(world, "root").await;
    let other = format!("/users/{}", people.id("ada"));
    root.put(&other, &json!({ "firstName": "ada" })).await.expect_problem(403, "forbidden");
    book.note("would_allow");
    let mut gone = member(world, "gone@example.com").await;
    let own = format!("/users/{}", my_id(&mut gone).await);
    gone.delete(&own).await.expect(204);
    book.note("would_deny");
}
