//! Requests that come at the same moment, round after round. After each round the database is looked into: a rule that must
//! hold always holds, whatever the order was.
//!
//! After the last round the audit log is held against what clients were told and against what the database has: one event for
//! each change, and none without one (`Told`).

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use serde_json::{Value, json};
use testkit::{Client, Reply, World};
use tokio::join;

use crate::cases::{
    PASSWORD, count, create_role, make_token, member, my_id, role_id, signed_in, super_admin, text,
};

/// Names every race of the default deployment to `$run`, a macro.
#[macro_export]
macro_rules! each_race {
    ($run:ident) => {
        $run! {
            the_last_admin_stays,
            nobody_grants_while_being_demoted,
            an_address_is_registered_once,
            a_link_works_once,
            a_deleted_role_is_nobodys,
            a_check_after_a_revocation_denies,
            manifests_do_not_mix,
        }
    };
}

/// How often clients were told that a change of a kind was made, beside the events that there were before.
#[derive(Debug, Default)]
struct Told {
    before: BTreeMap<&'static str, i64>,
    acknowledged: BTreeMap<&'static str, i64>,
}

impl Told {
    async fn of<W: World>(world: &W, actions: &[&'static str]) -> Self {
        let mut before = BTreeMap::new();
        for action in actions {
            before.insert(*action, events(world, action).await);
        }
        Self { before, acknowledged: BTreeMap::new() }
    }

    /// Notes an answer; gives whether the change was made.
    fn note(&mut self, action: &'static str, reply: &Reply) -> bool {
        let made = reply.status.is_success();
        assert!(self.before.contains_key(action), "{action}");
        *self.acknowledged.entry(action).or_default() += i64::from(made);
        made
    }

    /// Every change has its one event, and every event its change.
    async fn holds<W: World>(self, world: &W) {
        for (action, before) in self.before {
            let acknowledged = self.acknowledged.get(action).copied().unwrap_or_default();
            assert_eq!(events(world, action).await - before, acknowledged, "events of {action}");
        }
        let ids = count(world, "(SELECT DISTINCT id FROM audit_log)").await;
        assert_eq!(ids, count(world, "audit_log").await);
    }
}

async fn events<W: World>(world: &W, action: &str) -> i64 {
    count(world, &format!("audit_log WHERE action = '{action}'")).await
}

/// Goes through the events of assignments of these roles in their order: each gives what was not there or takes what was, and
/// what is left at last is what the database has.
async fn assignments_follow_from_the_audit_log<W: World>(world: &W, roles: &[String]) {
    let mut held: BTreeSet<(String, String)> = BTreeSet::new();
    let log = "SELECT action, target_id, details ->> 'roleId' AS role FROM audit_log \
               WHERE action IN ('role.assigned', 'role.removed', 'role.deleted') ORDER BY rowid";
    for event in world.sql(log).await {
        let target = text(&event["target_id"]);
        if event["action"] == "role.deleted" {
            held.retain(|(_, role)| *role != target);
            continue;
        }
        let role = text(&event["role"]);
        if !roles.contains(&role) {
            continue;
        }
        let changed = if event["action"] == "role.assigned" {
            held.insert((target, role))
        } else {
            held.remove(&(target, role))
        };
        assert!(changed, "an event without its change: {event}");
    }
    let list = json!(roles).to_string();
    let rows = "SELECT user_id, role_id FROM user_roles WHERE role_id IN (SELECT value FROM json_each('";
    let rows = world.sql(&format!("{rows}{list}'))")).await;
    let stored: BTreeSet<_> = rows.iter().map(|row| (text(&row["user_id"]), text(&row["role_id"]))).collect();
    assert_eq!(held, stored);
}

fn said(replies: &[&Reply]) -> String {
    replies.iter().map(|reply| format!("{} {}", reply.status, reply.text())).collect::<Vec<_>>().join(" | ")
}

const ADMINS: &str = "users JOIN user_roles ON user_id = users.id JOIN roles ON roles.id = role_id \
                      WHERE roles.name = 'SUPER_ADMIN' AND users.status = 'active'";

/// Two admins demote or suspend each other: one is always left, and one of them is told so.
pub async fn the_last_admin_stays<W: World>(world: &mut W, rounds: usize) {
    let mut one = super_admin(world, "one@example.com").await;
    let mut two = super_admin(world, "two@example.com").await;
    let (one_id, two_id) = (my_id(&mut one).await, my_id(&mut two).await);
    let role = role_id(world, "SUPER_ADMIN").await;
    let actions = ["role.removed", "role.assigned", "user.suspended", "user.reactivated"];
    let mut told = Told::of(world, &actions).await;
    for round in 0..rounds {
        let out = |id: &str| match round % 3 {
            0 => (http::Method::POST, format!("/v1/admin/users/{id}/suspend")),
            _ => (http::Method::DELETE, format!("/rbac/users/{id}/roles/{role}")),
        };
        let (action, back) = match round % 3 {
            0 => ("user.suspended", "user.reactivated"),
            _ => ("role.removed", "role.assigned"),
        };
        let body = (round % 3 == 0).then(|| json!({ "confirm": true }));
        // Each the other, or both the same one.
        let ((first_method, first_path), (second_method, second_path)) =
            if round % 2 == 0 { (out(&two_id), out(&one_id)) } else { (out(&two_id), out(&two_id)) };
        let (first, second) = join!(
            one.request(first_method, &first_path, body.as_ref()),
            two.request(second_method, &second_path, body.as_ref())
        );
        assert_eq!(count(world, ADMINS).await, 1, "round {round}: {}", said(&[&first, &second]));
        let mut made = 0;
        for reply in [&first, &second] {
            // To suspend whoever is suspended is no change, and no event.
            made += usize::from(reply.status.is_success());
            let refused = [403, 404, 409, 401].contains(&reply.status.as_u16());
            assert!(reply.status.is_success() || refused, "round {round}: {}", said(&[reply]));
        }
        assert!((1..=2).contains(&made), "round {round}: {}", said(&[&first, &second]));
        told.note(action, if first.status.is_success() { &first } else { &second });
        let two_is_out = count(world, &format!("{ADMINS} AND users.id = '{two_id}'")).await == 0;
        let (survivor, email, id) = if two_is_out {
            (&mut one, "two@example.com", &two_id)
        } else {
            (&mut two, "one@example.com", &one_id)
        };
        if action == "user.suspended" {
            let body = json!({ "confirm": true });
            let path = format!("/v1/admin/users/{id}/reactivate");
            told.note(back, &survivor.post(&path, &body).await.expect(200));
            let session = signed_in(world, email).await.session;
            if two_is_out { two.session = session } else { one.session = session }
        } else {
            let reply = survivor.post(&format!("/rbac/users/{id}/roles"), &json!({ "roleId": role })).await;
            told.note(back, &reply.expect(204));
        }
    }
    told.holds(world).await;
}

/// Whoever is being demoted grants at the same moment: either the grant came first, or it is refused.
pub async fn nobody_grants_while_being_demoted<W: World>(world: &mut W, rounds: usize) {
    let mut admin = super_admin(world, "root@example.com").await;
    let reader = create_role(&mut admin, "reader", &["audit:read"]).await;
    let assigner = create_role(&mut admin, "assigner", &["roles:assign", "audit:read"]).await;
    let mut mia = member(world, "mia@example.com").await;
    let mia_id = my_id(&mut mia).await;
    let ada_id = my_id(&mut member(world, "ada@example.com").await).await;
    let mut told = Told::of(world, &["role.assigned", "role.removed"]).await;
    let (demote, grant) =
        (format!("/rbac/users/{mia_id}/roles/{assigner}"), format!("/rbac/users/{ada_id}/roles"));
    for round in 0..rounds {
        let given = admin.post(&format!("/rbac/users/{mia_id}/roles"), &json!({ "roleId": assigner })).await;
        told.note("role.assigned", &given.expect(204));
        let body = json!({ "roleId": reader });
        let (demoted, granted) = join!(admin.delete(&demote), mia.post(&grant, &body));
        told.note("role.removed", &demoted.expect(204));
        let holders = count(world, &format!("user_roles WHERE role_id = '{reader}'")).await;
        let made = told.note("role.assigned", &granted);
        assert!(made || granted.status == 403, "round {round}: {}", said(&[&granted]));
        assert_eq!(holders, i64::from(made), "round {round}: {}", said(&[&granted]));
        if made {
            let last = "SELECT action FROM audit_log WHERE action IN ('role.assigned', 'role.removed') \
                        ORDER BY rowid DESC LIMIT 1";
            assert_eq!(world.sql(last).await[0]["action"], "role.removed", "round {round}");
            told.note("role.removed", &admin.delete(&format!("{grant}/{reader}")).await.expect(204));
        }
        mia.post(&grant, &body).await.expect_problem(403, "permission_denied");
    }
    told.holds(world).await;
    assignments_follow_from_the_audit_log(world, &[reader, assigner]).await;
}

/// Three register one address, in three spellings: one account, with one role and one event.
pub async fn an_address_is_registered_once<W: World>(world: &mut W, rounds: usize) {
    let mut told = Told::of(world, &["user.registered"]).await;
    for round in 0..rounds {
        let (mut a, mut b, mut c) = (Client::new(world), Client::new(world), Client::new(world));
        let address = |name: &str| format!("{name}{round}@example.com");
        let (names, others) = ([address("ada"), address("ADA")], address("Ada"));
        let (first, second, third) = join!(
            a.register(&names[0], PASSWORD),
            b.register(&names[1], PASSWORD),
            c.register(&others, PASSWORD)
        );
        let replies = [&first, &second, &third];
        let made = replies.iter().filter(|reply| told.note("user.registered", reply)).count();
        assert_eq!(made, 1, "round {round}: {}", said(&replies));
        assert!(
            replies.iter().all(|reply| [201, 409].contains(&reply.status.as_u16())),
            "{}",
            said(&replies)
        );
        let row = format!("users WHERE email = '{}'", address("ada"));
        assert_eq!(count(world, &row).await, 1, "round {round}");
        let roles = format!("user_roles WHERE user_id IN (SELECT id FROM {row})");
        assert_eq!(count(world, &roles).await, 1, "round {round}");
    }
    told.holds(world).await;
}

/// A link of a mail is used twice at once: it works once, and the password is that of whoever was told so.
pub async fn a_link_works_once<W: World>(world: &mut W, rounds: usize) {
    let id = my_id(&mut member(world, "ada@example.com").await).await;
    let mut told = Told::of(world, &["user.password_reset", "user.email_verified"]).await;
    for round in 0..rounds {
        let token = make_token(world, &id, "reset_password").await;
        let passwords = [format!("the first of {round}"), format!("the second of {round}")];
        let body = |password: &str| json!({ "token": token, "password": password });
        let (mut a, mut b) = (Client::new(world), Client::new(world));
        let path = "/forgot-password-new-password";
        let bodies = passwords.each_ref().map(|password| body(password));
        let (first, second) = join!(a.post(path, &bodies[0]), b.post(path, &bodies[1]));
        let won = told.note("user.password_reset", &first);
        assert_ne!(
            won,
            told.note("user.password_reset", &second),
            "round {round}: {}",
            said(&[&first, &second])
        );
        (if won { second } else { first }).expect_problem(400, "token_invalid");
        let [winner, loser] = if won { [0, 1] } else { [1, 0] };
        let mut browser = Client::new(world);
        browser.login("ada@example.com", &passwords[loser]).await.expect_problem(401, "invalid_credentials");
        browser.login("ada@example.com", &passwords[winner]).await.expect(200);

        let body = json!({ "token": make_token(world, &id, "verify_email").await });
        let (first, second) = join!(a.post("/verify-email", &body), b.post("/verify-email", &body));
        let won = told.note("user.email_verified", &first);
        assert_ne!(
            won,
            told.note("user.email_verified", &second),
            "round {round}: {}",
            said(&[&first, &second])
        );
        (if won { second } else { first }).expect_problem(400, "token_invalid");
        assert_eq!(count(world, "one_time_tokens").await, 0, "round {round}");
    }
    told.holds(world).await;
}

/// A role is deleted while it is being given: nobody has it afterwards, and whoever was told that they gave it gave it before.
pub async fn a_deleted_role_is_nobodys<W: World>(world: &mut W, rounds: usize) {
    let mut admin = super_admin(world, "root@example.com").await;
    let mut other = signed_in(world, "root@example.com").await;
    let ada_id = my_id(&mut member(world, "ada@example.com").await).await;
    let mut told = Told::of(world, &["role.created", "role.deleted", "role.assigned"]).await;
    let mut roles = Vec::new();
    for round in 0..rounds {
        let body = json!({ "name": format!("role {round}"), "permissions": ["users:read"] });
        let created = admin.post("/rbac/roles", &body).await.expect(201);
        told.note("role.created", &created);
        let role = text(&created.json()["id"]);
        let (path, body) = (format!("/rbac/users/{ada_id}/roles"), json!({ "roleId": role }));
        let role_path = format!("/rbac/roles/{role}");
        let (deleted, given) = join!(admin.delete(&role_path), other.post(&path, &body));
        told.note("role.deleted", &deleted.expect(204));
        let made = told.note("role.assigned", &given);
        assert!(
            made || [404, 409, 422].contains(&given.status.as_u16()),
            "round {round}: {}",
            said(&[&given])
        );
        let left = format!("user_roles WHERE role_id NOT IN (SELECT id FROM roles) OR role_id = '{role}'");
        assert_eq!(count(world, &left).await, 0, "round {round}: {}", said(&[&given]));
        roles.push(role);
    }
    told.holds(world).await;
    assignments_follow_from_the_audit_log(world, &roles).await;
}

/// A role is taken while it is being used: a check that begins after the answer denies, and the cache is not believed to know
/// better once it was told.
pub async fn a_check_after_a_revocation_denies<W: World>(world: &mut W, rounds: usize) {
    let mut admin = super_admin(world, "root@example.com").await;
    let role = create_role(&mut admin, "auditor", &["roles:read"]).await;
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    let mut told = Told::of(world, &["role.assigned", "role.removed"]).await;
    for round in 0..rounds {
        let path = format!("/rbac/users/{ada_id}/roles");
        told.note("role.assigned", &admin.post(&path, &json!({ "roleId": role })).await.expect(204));
        ada.get("/rbac/roles").await.expect(200);
        let tab = || {
            let mut tab = Client::new(world);
            tab.session.clone_from(&ada.session);
            tab
        };
        let (mut tabs, mut refreshing) = ([tab(), tab(), tab()], tab());
        let path = format!("{path}/{role}");
        let (revoked, checked, refreshed) = join!(
            admin.delete(&path),
            join_all(tabs.iter_mut().map(|tab| tab.get("/rbac/roles"))),
            refreshing.post("/sessions/refresh", &Value::Null)
        );
        told.note("role.removed", &revoked.expect(204));
        for reply in checked {
            assert!([200, 403].contains(&reply.status.as_u16()), "round {round}: {}", said(&[&reply]));
        }
        refreshed.expect(200);
        ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
        world.settle().await;
        let hash = accounts::SessionToken::parse(ada.session.as_ref().unwrap()).unwrap().hash();
        let request =
            http::Request::get(format!("https://session-state/get/{hash}")).body(Vec::new()).unwrap();
        let cached = world.send_to_session_state(request).await;
        if cached.status == 200 && cached.json()["freshness"] == "fresh" {
            assert_eq!(cached.json()["session"]["permissions"], json!(["users:read"]), "round {round}");
        }
    }
    told.holds(world).await;
    assignments_follow_from_the_audit_log(world, &[role]).await;
}

/// Two instances of an application register what they ask, in two versions: the catalogue has the one or the other.
pub async fn manifests_do_not_mix<W: World>(world: &mut W, rounds: usize) {
    let mut one = super_admin(world, "root@example.com").await;
    let mut two = signed_in(world, "root@example.com").await;
    let manifest = |round: usize, names: &[&str]| {
        let entry = |name: &&str| json!({ "name": format!("app{round}.{name}"), "description": names[0] });
        let permissions: Vec<Value> = names.iter().map(entry).collect();
        json!({ "application": format!("app{round}"), "permissions": permissions })
    };
    for round in 0..rounds {
        let versions: [&[&str]; 2] = match round % 3 {
            0 => [&["a:read", "b:read"], &["c:read", "a:read"]],
            1 => [&["a:read"], &["b:read"]],
            _ => [&["a:read", "b:read"], &["a:read", "b:read"]],
        };
        // With something that was there before, or with nothing.
        let mut changes = 0;
        if round % 2 == 0 {
            one.put("/rbac/permissions", &manifest(round, &["old:read", "a:read"])).await.expect(200);
            changes += 1;
        }
        let bodies = versions.map(|names| manifest(round, names));
        let (first, second) =
            join!(one.put("/rbac/permissions", &bodies[0]), two.put("/rbac/permissions", &bodies[1]));
        for reply in [first, second] {
            let reply = reply.expect(200).json();
            let differs = ["added", "updated", "removed"].iter().any(|part| reply[*part] != json!([]));
            changes += i64::from(differs);
        }
        let rows = world
            .sql(&format!(
                "SELECT name, description FROM permissions WHERE application = 'app{round}' ORDER BY name"
            ))
            .await;
        let is = |body: &Value| {
            let mut wanted = body["permissions"].as_array().unwrap().clone();
            wanted.sort_by_key(|entry| entry["name"].to_string());
            wanted == rows
        };
        assert!(bodies.iter().any(is), "round {round}: {rows:?} is neither of {bodies:?}");
        let told = format!("audit_log WHERE action = 'permissions.registered' AND target_id = 'app{round}'");
        assert_eq!(count(world, &told).await, changes, "round {round}");
    }
}

/// Several cron triggers run at once on an outbox that others have left behind: everything is done, and every mail is sent once.
/// `run_crons` runs so many of them; `mailed` counts the mails so far.
pub async fn an_outbox_is_worked_off_once<W: World>(
    world: &W,
    rounds: usize,
    run_crons: impl AsyncFn(usize),
    mailed: impl Fn() -> usize,
) {
    let mut admin = super_admin(world, "root@example.com").await;
    let id = my_id(&mut admin).await;
    world.settle().await;
    let before = mailed();
    for round in 0..rounds {
        let entry = |number: usize, kind: &str, payload: &Value| {
            format!("('00000000-0000-7000-8000-{round:06}{number:06}', '{kind}', '{payload}', 0, 1, 0)")
        };
        let mail = json!({ "template": "password_changed", "userId": id });
        let entries = [
            entry(1, "send_mail", &mail),
            entry(2, "send_mail", &mail),
            entry(3, "raise_epoch", &json!({})),
            entry(4, "raise_epoch", &json!({})),
            entry(5, "invalidate_user", &json!({ "tokenHashes": ["A".repeat(43)], "userVersion": 2 })),
        ];
        let columns = "(id, kind, payload, created_at, due_at, attempts)";
        world.sql(&format!("INSERT INTO outbox {columns} VALUES {}", entries.join(", "))).await;
        run_crons(2 + round % 2).await;
        world.settle().await;
        assert_eq!(mailed() - before, 2 * (round + 1), "round {round}");
    }
}
