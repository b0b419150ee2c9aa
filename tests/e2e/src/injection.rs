//! Every call that a request has the workers make of their platform, made to fail in every way, one after the other.
//!
//! A [`Case`] is a deployment and a request. It is sent once with nothing failing, and then, to a copy of the same
//! deployment, once for every call and every kind of [`Fault`]. Each time it must hold that
//!
//! - the answer is the one without a fault, or a problem of a server's error that says nothing of the cause;
//! - the whole of the change has landed, its audit event with it, or nothing; and nothing, where the call that failed had no
//!   effect and the answer was a problem;
//! - the same request sent again leaves what it leaves after a request that went well, or was never made: nothing is done
//!   twice that sending a request twice would not do twice;
//! - whatever a response left to do is done by the cron trigger at last, once: mails, revocations, counts;
//! - no record in the cache is believed that the database would not believe;
//! - no log line has a secret.
//!
//! Faults are injected natively, where a thousand take seconds.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use accounts::TokenHash;
use http::header::{CONTENT_TYPE, SET_COOKIE};
use http_kit::{Body, Fetch, read_body};
use serde_json::Value;
use testkit::{Fault, Native, Reply, World};

use crate::cases::text;

/// How often the cron trigger runs before everything that was left to do has to be done, and how far apart.
const CRON_RUNS: usize = 3;
const CRON_PAUSE: Duration = Duration::from_secs(150);

/// What only says when something was last used; it is written after the response, and again at the next use.
const LAST_USE: [(&str, &str); 2] = [("sessions", "last_seen_at"), ("api_tokens", "last_used_at")];
/// What only says that the cache may have something, whether it came to that or not.
const MAY_BE_CACHED: [(&str, &str); 1] = [("sessions", "cached")];
/// Events that tell of an attempt, rather than of a change: one is written for each attempt, or for none where the database
/// stays out of reach.
const OF_ATTEMPTS: [&str; 3] = ["access.denied", "user.provisioning_failed", "user.sign_in_failed"];
/// Tables of what is used up by looking at it.
const USED_UP: [&str; 1] = ["identity_logins"];
/// A token of a mail is as old as the mail, which comes a little later where it is sent by the cron trigger.
const MAILED: [(&str, &str); 2] = [("one_time_tokens", "created_at"), ("one_time_tokens", "expires_at")];

/// What a request has the workers do.
#[derive(Debug)]
pub enum Work {
    /// A request of a browser or a program, to account-pages.
    Request(http::Request<Vec<u8>>),
    /// A request of another worker, to user-mgmt.
    Binding(http::Request<Vec<u8>>),
    /// The cron trigger.
    Cron,
}

/// A request to a deployment that is prepared for it.
#[derive(Debug)]
pub struct Case {
    /// The method and the path, or what else tells it from others.
    pub label: String,
    /// The deployment.
    pub world: Native,
    /// What it is to do.
    pub work: Work,
    /// How it answers, with nothing failing.
    pub status: u16,
    /// What no log may have.
    pub secrets: Vec<String>,
    /// Whether it can be tried once only, since what it shows is used up by looking at it: whoever comes back from an
    /// identity provider goes there again after a failure.
    pub once_only: bool,
}

/// How much was done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Requests whose calls were made to fail.
    pub cases: usize,
    /// Calls that they make.
    pub calls: usize,
    /// Faults that were injected.
    pub faults: usize,
}

/// What the database holds, by table, with one name for everything that was made up at random after the beginning.
type Dump = BTreeMap<String, Vec<String>>;

/// What came of a run.
struct Seen {
    reply: Option<Reply>,
    calls: Vec<String>,
    /// How many of them were made before the response.
    before_response: usize,
    /// What the database held when the response was out.
    landed: Dump,
    /// What it held at last.
    end: Dump,
    /// What was counted of decisions, at last.
    counters: Dump,
    /// The events of attempts.
    attempts: Vec<String>,
    /// Who was sent which mail.
    mails: Vec<(String, String)>,
    complaints: Vec<String>,
}

/// Injects every fault into every case; gives what was wrong.
pub async fn inject(cases: Vec<Case>) -> (Figures, Vec<String>) {
    let (mut figures, mut complaints) = (Figures::default(), Vec::new());
    for case in cases {
        figures.cases += 1;
        complaints.extend(inject_into(&case, &mut figures).await);
    }
    (figures, complaints)
}

async fn inject_into(case: &Case, figures: &mut Figures) -> Vec<String> {
    let start = dump(&case.world, &HashSet::new(), is_state).await;
    let known: HashSet<String> =
        start.values().flatten().flat_map(|row| words(row)).map(str::to_owned).collect();
    let start = dump(&case.world, &known, is_state).await;
    let never = run(case, &known, None, 0).await;
    let once = run(case, &known, None, 1).await;
    let twice = run(case, &known, None, 2).await;
    let mut complaints = once.complaints.clone();
    if let Some(reply) = &once.reply {
        assert_eq!(reply.status.as_u16(), case.status, "{}: {}", case.label, reply.text());
    }
    figures.calls += once.calls.len();
    for call in 0..once.calls.len() {
        for fault in Fault::ALL {
            figures.faults += 1;
            let in_request = call < once.before_response;
            let times = if in_request { 2 } else { 1 };
            let seen = run(case, &known, Some((call, fault)), times).await;
            let wrong = if in_request {
                judge_request(case, fault, &seen, &start, [&never, &once, &twice])
            } else {
                judge_after_response(&once.calls[call], fault, &seen, &once)
            };
            let wrong = wrong.into_iter().chain(seen.complaints);
            let at = format!("{}: {fault:?} at call {call}, {}", case.label, once.calls[call]);
            complaints.extend(wrong.map(|wrong| format!("{at}: {wrong}")));
        }
    }
    complaints
}

/// A call failed before the response; then the request was sent again.
fn judge_request(
    case: &Case,
    fault: Fault,
    seen: &Seen,
    start: &Dump,
    [never, once, twice]: [&Seen; 3],
) -> Vec<String> {
    let mut wrong = Vec::new();
    let failed = seen.reply.as_ref().is_some_and(|reply| reply.status.is_server_error());
    if let Some(reply) = &seen.reply {
        if failed {
            wrong.extend(not_a_clean_problem(reply, &case.secrets));
        } else if reply.status.as_u16() != case.status {
            wrong.push(format!("answers {} {}", reply.status, reply.text()));
        }
    }
    let changes = *start != once.landed;
    let landed = seen.landed == once.landed;
    if seen.landed != *start && !landed {
        wrong.push(format!("half of it: {}", difference(&once.landed, &seen.landed)));
    } else if !failed && !landed {
        wrong.push(format!(
            "answers well, but nothing has changed: {}",
            difference(&once.landed, &seen.landed)
        ));
    } else if failed && changes && landed && fault != Fault::AnswerLost {
        wrong.push("answers with a problem, but the change has landed".to_owned());
    }
    let expected = if !failed || (changes && landed) { twice } else { once };
    if seen.attempts.len() > never.attempts.len() + 2 {
        wrong.push(format!("tells of more attempts than there were: {:?}", seen.attempts));
    }
    if case.once_only && failed && !landed && seen.end == never.end && seen.mails == never.mails {
        return wrong;
    }
    if seen.end != expected.end {
        wrong.push(format!("sent again, it leaves {}", difference(&expected.end, &seen.end)));
    }
    // Where two wait to be sent, the later one takes the place of the earlier.
    if !(is_within(&once.mails, &seen.mails) && is_within(&seen.mails, &expected.mails)) {
        wrong.push(format!("mails {:?} instead of {:?}", seen.mails, expected.mails));
    }
    wrong
}

/// A call failed that was made after the response.
fn judge_after_response(call: &str, fault: Fault, seen: &Seen, once: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    if seen.reply.as_ref().map(|reply| reply.status) != once.reply.as_ref().map(|reply| reply.status) {
        wrong.push("another answer".to_owned());
    }
    if seen.landed != once.landed {
        wrong.push(format!("the response came with {}", difference(&once.landed, &seen.landed)));
    }
    if seen.end != once.end {
        wrong.push(format!("leaves {}", difference(&once.end, &seen.end)));
    }
    // What is counted is not written down twice but where nobody can tell that it was.
    let counted_twice = fault == Fault::AnswerLost && call.starts_with("DB authz_routes/exercise");
    if seen.counters != once.counters && !counted_twice {
        wrong.push(format!("counts {}", difference(&once.counters, &seen.counters)));
    }
    if seen.attempts != once.attempts && fault != Fault::Outage {
        wrong.push(format!("tells of {:?}", seen.attempts));
    }
    // Nobody can tell a mail that was not taken from one whose receipt was lost, nor strike off what was sent while the
    // database is out of reach: such a mail is sent again, rather than never.
    let unknown =
        matches!((call, fault), ("EMAIL send", Fault::AnswerLost) | ("DB outbox/delete", Fault::Outage));
    if seen.mails != once.mails && !(unknown && is_within(&once.mails, &seen.mails)) {
        wrong.push(format!("mails {:?} instead of {:?}", seen.mails, once.mails));
    }
    wrong
}

/// Whether all of a part are in the whole, each as often at least.
fn is_within<T: PartialEq>(part: &[T], whole: &[T]) -> bool {
    let times = |all: &[T], one: &T| all.iter().filter(|other| *other == one).count();
    part.iter().all(|one| times(part, one) <= times(whole, one))
}

fn not_a_clean_problem(reply: &Reply, secrets: &[String]) -> Option<String> {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let is_problem = reply.headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json")
        && body["status"] == reply.status.as_u16()
        && ["unavailable", "internal_error", "oidc_unavailable"]
            .contains(&body["code"].as_str().unwrap_or_default());
    let tells =
        reply.text().contains("made to fail") || secrets.iter().any(|secret| reply.text().contains(secret));
    let sets_cookie = reply.headers.contains_key(SET_COOKIE);
    (!is_problem || tells || sets_cookie)
        .then(|| format!("no clean problem: {:?} {}", reply.headers, reply.text()))
}

/// Does the work `times` times in a copy of the deployment, the first time with a fault, and then has the cron trigger do
/// what is left.
async fn run(case: &Case, known: &HashSet<String>, fault: Option<(usize, Fault)>, times: usize) -> Seen {
    let mut world = case.world.copy();
    world.run_deferred = false;
    world.faults.take_calls();
    if let Some((call, fault)) = fault {
        world.faults.plan(call, fault);
    }
    let reply = if times == 0 { None } else { work(&world, &case.work).await };
    // The cron trigger has nobody to answer: all of its work is of the kind that is done after a response.
    let (mut before_response, mut landed) = (0, Dump::new());
    if reply.is_some() {
        before_response = world.faults.calls();
        landed = dump(&world, known, is_state).await;
    }
    world.deferred.run().await;
    let calls = world.faults.take_calls();
    world.faults.heal();
    for _ in 1..times {
        work(&world, &case.work).await;
        world.deferred.run().await;
    }
    for _ in 0..CRON_RUNS {
        world.runtime.advance(CRON_PAUSE);
        world.run_cron().await;
    }
    let mut mails: Vec<_> = world.mailbox.sent().into_iter().map(|mail| (mail.to, mail.subject)).collect();
    mails.sort();
    let mut complaints = unbelievable_records(&world).await;
    for line in world.logs().await {
        if case.secrets.iter().any(|secret| line.contains(secret)) {
            complaints.push(format!("a secret in the log: {line}"));
        }
    }
    let (end, counters) = (dump(&world, known, is_state).await, dump(&world, known, is_counter).await);
    let of_attempts = OF_ATTEMPTS.map(|action| format!("'{action}'")).join(", ");
    let attempts =
        format!("SELECT action, details FROM audit_log WHERE action IN ({of_attempts}) ORDER BY rowid");
    let attempts = world.sql(&attempts).await.iter().map(Value::to_string).collect();
    Seen { reply, calls, before_response, landed, end, counters, attempts, mails, complaints }
}

async fn work(world: &Native, work: &Work) -> Option<Reply> {
    match work {
        Work::Request(request) => Some(world.send(request.clone()).await),
        Work::Binding(request) => {
            let response = world.user_mgmt.fetch(request.clone().map(Body::from)).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = read_body(body, usize::MAX).await.unwrap().to_vec();
            Some(Reply { status: parts.status, headers: parts.headers, body })
        }
        Work::Cron => {
            world.run_cron().await;
            None
        }
    }
}

/// What session-state calls fresh, though the database has no such session or knows of a later version.
async fn unbelievable_records(world: &Native) -> Vec<String> {
    let mut complaints = Vec::new();
    for key in world.kv().await.into_keys() {
        let Some(hash) = key.strip_prefix("session/") else { continue };
        let hash: TokenHash = hash.parse().unwrap();
        let request =
            http::Request::get(format!("https://session-state/get/{hash}")).body(Vec::new()).unwrap();
        let reply = world.send_to_session_state(request).await;
        if reply.status != 200 || reply.json()["freshness"] != "fresh" {
            continue;
        }
        let record = reply.json()["session"].clone();
        let truth = world
            .sql(&format!(
                "SELECT authz_version, (SELECT epoch FROM rbac_meta) AS epoch, users.status AS status FROM sessions \
                 JOIN users ON users.id = user_id WHERE token_hash = '{hash}'"
            ))
            .await;
        let believed = truth.first().is_some_and(|truth| {
            truth["authz_version"] == record["userVersion"]
                && (record["epoch"].is_null() || truth["epoch"] == record["epoch"])
                && truth["status"] == "active"
        });
        if !believed {
            complaints.push(format!("the cache is believed to know {record}, the truth is {truth:?}"));
        }
    }
    complaints
}

fn is_state(table: &str) -> bool {
    !is_counter(table) && !USED_UP.contains(&table)
}

fn is_counter(table: &str) -> bool {
    table.starts_with("authz_") && table != "authz_alerts"
}

/// What the database keeps in the tables that are wanted, but what the full-text index keeps for itself.
async fn dump(world: &Native, known: &HashSet<String>, wanted: fn(&str) -> bool) -> Dump {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
                  AND name NOT LIKE 'user_search%' ORDER BY name";
    let mut dump = Dump::new();
    for table in world.sql(tables).await {
        let name = text(&table["name"]);
        if !wanted(&name) {
            continue;
        }
        let mut rows = Vec::new();
        for mut row in world.sql(&format!("SELECT * FROM {name}")).await {
            if name == "audit_log" && OF_ATTEMPTS.iter().any(|action| row["action"] == *action) {
                continue;
            }
            for (table, column) in LAST_USE.iter().chain(&MAY_BE_CACHED).chain(&MAILED) {
                if *table == name {
                    row[*column] = Value::Null;
                }
            }
            if let Some(hash) = row.get_mut("password_hash")
                && hash.as_str().is_some_and(|hash| !known.contains(hash))
            {
                *hash = "some password's".into();
            }
            rows.push(masked(&row.to_string(), known));
        }
        rows.sort();
        dump.insert(name, rows);
    }
    dump
}

/// Has one name for all ids and digests that were not there at the beginning.
fn masked(row: &str, known: &HashSet<String>) -> String {
    let mut masked = row.to_owned();
    for word in words(row) {
        if [36, 43].contains(&word.len()) && !known.contains(word) {
            masked = masked.replace(word, "<new>");
        }
    }
    masked
}

/// The parts of a row that may be ids, digests, or hashes of passwords.
fn words(row: &str) -> impl Iterator<Item = &str> {
    let ids = row.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    let texts = row.split('"').filter(|text| text.starts_with("$argon2"));
    ids.chain(texts)
}

fn difference(expected: &Dump, found: &Dump) -> String {
    let mut lines = Vec::new();
    for (table, rows) in found {
        let wanted = &expected[table];
        lines.extend(rows.iter().filter(|row| !wanted.contains(row)).map(|row| format!("{table} + {row}")));
        lines.extend(wanted.iter().filter(|row| !rows.contains(row)).map(|row| format!("{table} - {row}")));
        if lines.is_empty() && rows.len() != wanted.len() {
            lines.push(format!("{table}: {} rows instead of {}", rows.len(), wanted.len()));
        }
    }
    lines.truncate(6);
    lines.join("\n    ")
}
