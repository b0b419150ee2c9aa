//! The whole rollout on one database, as docs/ROLLOUT.md has it: from accounts alone to enforcement for everyone, with
//! the way back from each phase. An application stands in front, and what people do with it every day works throughout.

use std::collections::BTreeMap;
use std::time::Duration;

use ::accounts::{OutboxId, RoleId, Timestamp, UserId};
use enforce::percentile;
use http::Method;
use serde_json::{Value, json};
use store::people::{Told, give_role};
use testkit::{Client, World};

use super::{count, make_token, member, my_id, role_id, rollout, signed_in, text};
use crate::bookmarks::{self, Enforced, Sessions};

/// The migrations after the first, in order.
fn later_migrations() -> Vec<String> {
    let folder = testkit::root().join("migrations");
    let names = store_sqlite::migrations(&folder).unwrap().into_iter().map(|(name, _)| name);
    names.filter(|name| !name.starts_with("0001")).collect()
}

const DENIALS: &str = "audit_log WHERE action = 'access.denied' AND target_id NOT LIKE 'bookmarks %'";

/// What has been found on user-mgmt's own routes since the counters began, by the test's own book.
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
        wait_for_findings(world, "route NOT LIKE 'bookmarks %'", self.total()).await;
        let rows = world
            .sql(
                "SELECT finding, sum(count) AS n FROM authz_counters WHERE route NOT LIKE 'bookmarks %' \
                 GROUP BY finding",
            )
            .await;
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

/// Waits until so many of these findings are counted.
async fn wait_for_findings<W: World>(world: &W, which: &str, wanted: i64) {
    let sum = format!("SELECT coalesce(sum(count), 0) AS n FROM authz_counters WHERE {which}");
    for _ in 0..100 {
        if world.sql(&sum).await[0]["n"] == wanted {
            return;
        }
        world.settle().await;
        world.pause(Duration::from_millis(200)).await;
    }
    let counted = world.sql("SELECT route, finding, sum(count) AS n FROM authz_counters GROUP BY 1, 2").await;
    panic!("not {wanted} where {which}: {counted:#?}");
}

/// How many denials of the application are in the counters, and how many in the audit log.
async fn denials_of_the_application<W: World>(world: &W) -> (i64, i64) {
    let sums = "SELECT \
        (SELECT coalesce(sum(count), 0) FROM authz_counters \
         WHERE route LIKE 'bookmarks %' AND finding IN ('denied', 'would_allow')) AS counted, \
        (SELECT coalesce(sum(details ->> 'count'), 0) FROM audit_log \
         WHERE action = 'access.denied' AND target_id LIKE 'bookmarks %' AND tenant_id IS NOT NULL) AS audited";
    let sums = &world.sql(sums).await[0];
    (sums["counted"].as_i64().unwrap(), sums["audited"].as_i64().unwrap())
}

/// Waits until both say that there are so many more than there were.
async fn wait_for_denials<W: World>(world: &W, (counted, audited): (i64, i64), more: i64) {
    let wanted = (counted + more, audited + more);
    for _ in 0..100 {
        if denials_of_the_application(world).await == wanted {
            return;
        }
        world.settle().await;
        world.pause(Duration::from_millis(200)).await;
    }
    let found = denials_of_the_application(world).await;
    panic!("{found:?} denials of the application are counted and audited, not {wanted:?}");
}

/// The users who are there from the beginning to the end, with their ids, and the sessions that some of them keep.
struct People {
    ids: Vec<(String, String)>,
    sessions: Sessions,
}

/// The name of whom the application knows as its moderator.
const MODERATOR: &str = "eve";

impl People {
    fn id(&self, name: &str) -> &str {
        &self.ids.iter().find(|(other, _)| other == name).unwrap().1
    }

    /// Everybody signs in, sees themselves and may change their own name, whatever the phase; and the application works
    /// as it did, but for those whom permissions decide about.
    async fn all_work<W: World>(&self, world: &W, enforced: Enforced) {
        for (name, id) in &self.ids {
            let mut client = sign_in(world, name).await;
            assert_eq!(client.get("/load-user").await.expect(200).json()["userId"], **id, "{name}");
            client.put(&format!("/users/{id}"), &json!({ "firstName": name })).await.expect(200);
        }
        bookmarks::flows(world, &self.sessions, enforced).await;
    }

    /// Who of these is enforced for: it shows in who denies them the account of another.
    async fn enforced_for<W: World>(&self, world: &W, book: &mut Book) -> Vec<&str> {
        let mut enforced = Vec::new();
        for (name, id) in self.ids.iter().filter(|(name, _)| name != "root") {
            let (_, other) = self.ids.iter().find(|(_, other)| other != id).unwrap();
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
    signed_in(world, &format!("{name}@example.com")).await
}

/// Gives every account the default role, and the first administrator theirs, by what `cargo xtask people` says to the
/// database.
async fn give_roles<W: World>(world: &W, people: &People) {
    let everybody: Vec<UserId> = people.ids.iter().map(|(_, id)| UserId::parse(id).unwrap()).collect();
    let root = [UserId::parse(people.id("root")).unwrap()];
    for (number, (role, users)) in
        [(RoleId::MEMBER, everybody.as_slice()), (RoleId::SUPER_ADMIN, &root)].into_iter().enumerate()
    {
        let at = Timestamp::from_millis(1_700_000_000_000);
        let told = Told { request_id: &format!("people-{number}"), operator: "ops", at };
        let work = OutboxId::from_u128(0xa0 + number as u128);
        for statement in give_role(users, role, "the plan", &told, work) {
            world.sql(&statement.inlined()).await;
        }
    }
    world.run_cron().await;
    assert_eq!(count(world, "user_roles").await, i64::try_from(people.ids.len()).unwrap() + 1);
}

const OFF: [(&str, &str); 5] = [
    ("RBAC_ENABLED", "off"),
    ("USER_MGMT_CORE", "off"),
    ("USER_MGMT_UI", "off"),
    ("USER_MGMT_ENFORCE", "off"),
    ("USER_MGMT_ENFORCE_FOR", ""),
];

const ON: [(&str, &str); 5] = [
    ("RBAC_ENABLED", "on"),
    ("USER_MGMT_CORE", "on"),
    ("USER_MGMT_UI", "on"),
    ("USER_MGMT_ENFORCE", "on"),
    ("USER_MGMT_ENFORCE_FOR", ""),
];

/// The rule from before decides about everybody.
fn before() -> Enforced {
    Enforced::all(false)
}

/// Starts on a database with only the first migration and every flag off, behind the application.
pub async fn the_whole_plan_works_forth_and_back<W: World>(world: &mut W) {
    let people = accounts_alone(world).await;

    // The schema: forth, with every flag off; back, with accounts in place; forth again.
    migrate(world).await;
    people.all_work(world, before()).await;
    roll_back(world, "0002").await;
    people.all_work(world, before()).await;
    migrate(world).await;
    give_roles(world, &people).await;

    let token = phase_a(world, &people).await;
    phase_b(world, &people).await;
    phase_c(world, &people).await;

    // All flags back, with everything in place, and forth to enforcement for everyone.
    let kept = "SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM user_roles) AS roles, \
                (SELECT sum(count) FROM authz_counters) AS found, (SELECT count(*) FROM api_tokens) AS tokens, \
                (SELECT count(*) FROM audit_log) > 0 AS events";
    let was = world.sql(kept).await;
    world.restart_with(&OFF).await;
    people.all_work(world, before()).await;
    assert_eq!(world.sql(kept).await, was, "nothing is lost, and nothing is counted without roles");
    world.restart_with(&ON).await;
    people.all_work(world, Enforced::all(true)).await;
    let mut program = Client::new(world);
    program.token = Some(token);
    program.get("/v1/admin/rollout").await.expect(200);

    the_schema_back_with_everything_in_place(world, &people).await;
}

/// Back to accounts alone from a deployment where everything is on and every table has rows: what accounts alone had is
/// there to the last column. And forth again to enforcement for everyone.
async fn the_schema_back_with_everything_in_place<W: World>(world: &mut W, people: &People) {
    world.settle().await;
    world.restart_with(&OFF).await;
    fill(world, people).await;
    let accounts = rows_of_accounts(world).await;
    roll_back(world, "0002").await;
    assert_eq!(rows_of_accounts(world).await, accounts);
    people.all_work(world, before()).await;

    migrate(world).await;
    give_roles(world, people).await;
    world.restart_with(&ON).await;
    {
        let mut root = sign_in(world, "root").await;
        bookmarks::register(&mut root, people.id("ada"), people.id(MODERATOR)).await;
    }
    world.settle().await;
    people.all_work(world, Enforced::all(true)).await;
}

/// Rows where the plan has left none: an identity at a provider with a role and a session by it, a resource, a link that was
/// mailed, a wrong guess.
async fn fill<W: World>(world: &W, people: &People) {
    let ada = people.id("ada");
    make_token(world, ada, "reset_password").await;
    Client::new(world).login("ada@example.com", "wrong").await.expect(401);
    for sql in [
        format!(
            "INSERT INTO external_identities (id, issuer, subject, user_id, created_at) \
             VALUES ('i', 'https://id.example.com', 'ada', '{ada}', 0)"
        ),
        "INSERT INTO identity_roles SELECT 'i', id, 0 FROM roles WHERE name = 'MEMBER'".to_owned(),
        format!(
            "INSERT INTO identity_sessions (session_id, identity_id) SELECT min(id), 'i' FROM sessions WHERE user_id = '{ada}'"
        ),
        "INSERT INTO access_resources VALUES ('bookmarks', 'b1', 0)".to_owned(),
    ] {
        world.sql(&sql).await;
    }
}

/// Everything in the tables of the first migration.
async fn rows_of_accounts<W: World>(world: &W) -> BTreeMap<String, Vec<Value>> {
    let first = std::fs::read_to_string(testkit::root().join("migrations/0001_accounts.sql")).unwrap();
    let mut tables = BTreeMap::new();
    for table in first.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")?.strip_suffix(" (")) {
        let rows = world.sql(&format!("SELECT * FROM {table} ORDER BY 1, 2")).await;
        tables.insert(table.to_owned(), rows);
    }
    for table in ["users", "sessions", "one_time_tokens", "sign_in_failures", "tenants"] {
        assert!(!tables[table].is_empty(), "{table} has no rows to keep");
    }
    tables
}

/// Accounts as they were before: some users, and the rule that everyone's account is their own.
async fn accounts_alone<W: World>(world: &mut W) -> People {
    let mut ids = Vec::new();
    let mut sessions = BTreeMap::new();
    let (mut below, mut above) = (false, false);
    for name in ["root", "ada", "bob", MODERATOR] {
        let mut client = member(world, &format!("{name}@example.com")).await;
        ids.push((name.to_owned(), my_id(&mut client).await));
        sessions.insert(name, client.session);
    }
    // Somebody within the first quarter of all users, and somebody beyond.
    for number in 0..100 {
        if below && above {
            break;
        }
        let name = format!("user{number}");
        let id = my_id(&mut member(world, &format!("{name}@example.com")).await).await;
        (below, above) = (below || percentile(&id) < 25, above || percentile(&id) >= 25);
        ids.push((name, id));
    }
    let mut session = |name| sessions.remove(name).flatten();
    let sessions = Sessions { ada: session("ada"), bob: session("bob"), moderator: session(MODERATOR) };
    let people = People { ids, sessions };
    world.sql(&format!("UPDATE users SET staff = 1 WHERE id = '{}'", people.id("ada"))).await;
    let acme = "00000000-0000-7000-8000-0000000000aa";
    world.sql(&format!("INSERT INTO tenants (id, name, created_at) VALUES ('{acme}', 'acme', 0)")).await;
    world.sql(&format!("UPDATE users SET tenant_id = '{acme}' WHERE id = '{}'", people.id("bob"))).await;
    people.all_work(world, before()).await;
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
    people.all_work(world, before()).await;
    let token = {
        let mut root = sign_in(world, "root").await;
        bookmarks::register(&mut root, people.id("ada"), people.id(MODERATOR)).await;
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
    people.all_work(world, before()).await;
    let (assignments, tokens) = (count(world, "user_roles").await, count(world, "api_tokens").await);
    world.restart_with(&[("RBAC_ENABLED", "off")]).await;
    people.all_work(world, before()).await;
    world.restart_with(&[("RBAC_ENABLED", "on"), ("USER_MGMT_CORE", "on")]).await;
    people.all_work(world, before()).await;
    assert_eq!((count(world, "user_roles").await, count(world, "api_tokens").await), (assignments, tokens));
    token
}

/// The pages of the admin area: a flag of account-pages, which changes nothing below it.
async fn phase_b<W: World>(world: &mut W, people: &People) {
    for (ui, shown) in [("on", 200), ("off", 404), ("on", 200)] {
        world.restart_with(&[("USER_MGMT_UI", ui)]).await;
        let mut root = sign_in(world, "root").await;
        bookmarks::ask(&mut root, Method::GET, "/admin/users", None).await.expect(shown);
        people.all_work(world, before()).await;
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
    world.restart_with(&ON).await;
    world.restart_with(&[("USER_MGMT_ENFORCE", "report")]).await;
    assert_eq!(people.enforced_for(world, &mut book).await, [""; 0]);
    differences(world, people, &mut book).await;
    book.balance(world).await;
    {
        let mut root = sign_in(world, "root").await;
        let found = rollout::report(world, &mut root, u64::try_from(book.total()).unwrap()).await;
        assert_eq!((&found["wouldDeny"]["count"], &found["readiness"]["ready"]), (&json!(1), &json!(false)));
    }
    let denials = denials_of_the_application(world).await;
    people.all_work(world, before()).await;
    wait_for_denials(world, denials, before().denials()).await;
    // Seven times bob, twice the moderator, once somebody who is not signed in.
    wait_for_findings(world, "route LIKE 'bookmarks %' AND finding = 'would_deny'", 10).await;

    let quarter: Vec<&str> =
        people.ids.iter().filter(|(_, id)| percentile(id) < 25).map(|(name, _)| name.as_str()).collect();
    let all: Vec<&str> = people.ids.iter().map(|(name, _)| name.as_str()).collect();
    for (cohorts, expected) in
        [("staff", vec!["ada"]), ("tenant:acme", vec!["bob"]), ("percent:25", quarter), ("", all)]
    {
        for (mode, expected) in [("on", expected.as_slice()), ("report", &[])] {
            let vars = [("USER_MGMT_ENFORCE", mode), ("USER_MGMT_ENFORCE_FOR", cohorts)];
            world.restart_with(&vars).await;
            // What was found before no longer counts towards the bound of a minute.
            world.try_advance(Duration::from_mins(2));
            let named: Vec<&str> = expected.iter().copied().filter(|name| *name != "root").collect();
            assert_eq!(people.enforced_for(world, &mut book).await, named, "{mode} for {cohorts:?}");
            book.balance(world).await;
            let enforced = Enforced {
                bob: expected.contains(&"bob"),
                moderator: expected.contains(&MODERATOR),
                nobody: mode == "on" && cohorts.is_empty(),
            };
            if mode == "on" && cohorts.is_empty() {
                // What was found before is written by then.
                world.pause(Duration::from_secs(6)).await;
                world.settle().await;
                let denials = denials_of_the_application(world).await;
                people.all_work(world, enforced).await;
                wait_for_denials(world, denials, enforced.denials()).await;
            } else if mode == "on" {
                people.all_work(world, enforced).await;
            } else {
                bookmarks::flows(world, &people.sessions, enforced).await;
            }
        }
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
