//! The decision beside the alternatives: one `has_permission`, and building what it asks, at 10 to 10,000 grants and for
//! people of real organisations. Prints a section of docs/PERFORMANCE.md.
//!
//! What is prepared once in production is prepared before the clock starts: parsed requirements, compiled policies,
//! built requests. The contestants take turns within each round, so that a disturbance of the machine falls on all.
//!
//! The access control of real organisations is not part of this repository; `EDGEWARD_ROLE_DATA` names its folder.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::RandomState;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy, PolicyId,
    PolicySet, Request,
};
use edgeward_bench_check::{PROBES, SIZES, granted, hash_set, misses, probes, sets};
use edgeward_rbac::{GrantSet, Permission, has_permission};

const ROUNDS: usize = 101;
const BATCH: Duration = Duration::from_millis(2);

/// After this, a cell is done with the rounds that it had.
const CELL_LIMIT: Duration = Duration::from_secs(1);

const CONTESTANTS: [&str; 6] = [
    "Edgeward",
    "with wildcards",
    "`HashSet<String>`",
    "Cedar, one policy",
    "Cedar, a policy each",
    "Casbin",
];

const BUILDERS: [&str; 5] =
    ["Edgeward", "`HashSet<String>`", "Cedar, one policy", "Cedar, a policy each", "Casbin"];

fn main() {
    println!("## The decision\n");
    println!(
        "Medians of up to {ROUNDS} rounds in which the contestants take turns, and how many times that of Edgeward; figures \
         compare within one run only. What production prepares once (requirements, policies, requests) is ready before \
         the clock starts. *With wildcards*: ten `resource:*` and ten `*:action` besides, none of which matches. \
         *`HashSet<String>`*: one `contains`, without wildcards: the budget. *Cedar, one policy*: its best shape, \
         `action in` a group of the granted actions. *Casbin*: its access-control-list model.\n"
    );

    println!("### One decision\n");
    head(&["grants", "asked"], &CONTESTANTS);
    for size in SIZES {
        let texts = granted(size);
        let held = Held { who: thousands(size), missing: misses(&texts), texts };
        held.print();
    }

    println!("\n### Building what is asked\n");
    println!(
        "From the texts of the grants, as the database gives them: for Edgeward that is `GrantSet::from_stored`, which \
         checks each of them, once for each request that it protects.\n"
    );
    head(&["grants"], &BUILDERS);
    for size in SIZES {
        eprintln!("building {size} grants");
        line(&[thousands(size)], &building(&granted(size)));
    }

    println!("\n### People of real organisations\n");
    let Some(folder) = std::env::var_os("EDGEWARD_ROLE_DATA").map(PathBuf::from) else {
        println!("Skipped: `EDGEWARD_ROLE_DATA` names no folder with the role data.");
        return;
    };
    println!(
        "Access-control data that HP Labs published for research on roles: of each organisation, somebody with a median \
         number of permissions and whoever has the most, asked for what they hold and for what only others hold.\n"
    );
    head(&["who (grants)", "asked"], &CONTESTANTS);
    for name in ["hc", "domino", "apj", "americas_small"] {
        match people(&folder, name) {
            Some(people) => people.iter().for_each(Held::print),
            None => println!("| {name}: skipped, there is no `{name}.upa.txt` |"),
        }
    }
}

/// Somebody, by what they hold, and texts that they don't.
struct Held {
    who: String,
    texts: Vec<String>,
    missing: Vec<String>,
}

impl Held {
    fn print(&self) {
        for (case, asked) in [("hit", &self.texts), ("miss", &self.missing)] {
            // Whoever holds everything can't miss.
            if !asked.is_empty() {
                eprintln!("{} grants, {case}", self.who);
                line(
                    &[self.who.clone(), case.to_owned()],
                    &decisions(&self.texts, &probes(asked), case == "hit"),
                );
            }
        }
    }
}

/// Two people of an organisation: one with a median number of permissions, and the one with the most.
fn people(folder: &Path, name: &str) -> Option<[Held; 2]> {
    let pairs = std::fs::read_to_string(folder.join(format!("{name}.upa.txt"))).ok()?;
    let mut rights: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for line in pairs.lines() {
        let mut numbers = line.split_whitespace();
        let (user, permission) = (numbers.next()?, numbers.next()?);
        rights.entry(user).or_default().insert(format!("{name}:p{permission}"));
    }
    let all: BTreeSet<String> = rights.values().flatten().cloned().collect();
    let mut rights: Vec<BTreeSet<String>> = rights.into_values().collect();
    rights.sort_by_key(BTreeSet::len);
    let person = |place: &str, texts: &BTreeSet<String>| Held {
        who: format!("{name}, {place} ({})", thousands(texts.len())),
        missing: all.difference(texts).cloned().collect(),
        texts: texts.iter().cloned().collect(),
    };
    Some([person("median", rights.get(rights.len() / 2)?), person("most", rights.last()?)])
}

/// Median nanoseconds of one decision, in the order of [`CONTESTANTS`].
fn decisions(texts: &[String], probes: &[Permission], hit: bool) -> [f64; CONTESTANTS.len()] {
    let (plain, wildcards) = sets(texts);
    let hash_set: HashSet<String> = hash_set(texts);
    let cedar = Cedar::one_policy(texts);
    let cedar_each = Cedar::policy_each(texts);
    let requests: Vec<Request> = probes.iter().map(|probe| request(probe.as_str())).collect();
    let casbin = casbin(texts);
    medians(&mut [
        batch(probes, hit, |probe| has_permission(&plain, probe)),
        batch(probes, hit, |probe| has_permission(&wildcards, probe)),
        batch(probes, hit, |probe| hash_set.contains(probe.as_str())),
        batch(&requests, hit, |request| cedar.decide(request)),
        batch(&requests, hit, |request| cedar_each.decide(request)),
        batch(probes, hit, |probe| casbin.enforce((SUBJECT, probe.resource(), probe.action())).unwrap()),
    ])
}

/// Median nanoseconds of building, in the order of [`BUILDERS`].
fn building(texts: &[String]) -> [f64; BUILDERS.len()] {
    medians(&mut [
        repeat(|| GrantSet::from_stored(texts)),
        repeat(|| hash_set::<RandomState>(texts)),
        repeat(|| Cedar::one_policy(texts)),
        repeat(|| Cedar::policy_each(texts)),
        repeat(|| casbin(texts)),
    ])
}

/// Does its work that often and says how long it took.
type Batch<'a> = Box<dyn FnMut(u64) -> Duration + 'a>;

fn batch<'a, T>(probes: &'a [T], expected: bool, decide: impl Fn(&T) -> bool + 'a) -> Batch<'a> {
    // A few of them, since the slowest takes milliseconds for each.
    assert!(probes.iter().take(16).all(|probe| decide(probe) == expected), "a contestant decides wrongly");
    let mut next = 0;
    Box::new(move |times| {
        let start = Instant::now();
        for _ in 0..times {
            black_box(decide(black_box(&probes[next % PROBES])));
            next += 1;
        }
        start.elapsed()
    })
}

fn repeat<'a, T>(build: impl Fn() -> T + 'a) -> Batch<'a> {
    Box::new(move |times| {
        let start = Instant::now();
        for _ in 0..times {
            black_box(build());
        }
        start.elapsed()
    })
}

fn medians<const N: usize>(contestants: &mut [Batch; N]) -> [f64; N] {
    let sizes: Vec<u64> = contestants.iter_mut().map(calibrate).collect();
    let mut samples: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(ROUNDS));
    let mut spent = [Duration::ZERO; N];
    for _ in 0..ROUNDS {
        for i in 0..N {
            if spent[i] < CELL_LIMIT {
                let took = contestants[i](sizes[i]);
                spent[i] += took;
                samples[i].push(took.as_nanos() as f64 / sizes[i] as f64);
            }
        }
    }
    samples.map(|mut samples| {
        samples.sort_by(f64::total_cmp);
        samples[samples.len() / 2]
    })
}

/// How often fills a batch.
fn calibrate(run: &mut Batch) -> u64 {
    let mut times = 1;
    while run(times) < BATCH {
        times *= 2;
    }
    times
}

/// Cedar, with policies and entities at hand.
struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

const SUBJECT: &str = "ada";

impl Cedar {
    /// At its best: one policy whatever the number of grants. A grant is an action that belongs to the group of what the
    /// user may do, so that a decision is one look-up among the action's ancestors.
    fn one_policy(texts: &[String]) -> Self {
        let policy = r#"permit(principal == User::"ada", action in Action::"granted to ada", resource);"#;
        let group = uid("Action", "granted to ada");
        let mut entities: Vec<Entity> = texts
            .iter()
            .map(|text| {
                Entity::new(uid("Action", text), HashMap::new(), HashSet::from([group.clone()])).unwrap()
            })
            .collect();
        entities.push(Entity::with_uid(group));
        Self {
            authorizer: Authorizer::new(),
            policies: policy.parse().unwrap(),
            entities: Entities::from_entities(entities, None).unwrap(),
        }
    }

    /// As people write it first: a policy for each grant.
    fn policy_each(texts: &[String]) -> Self {
        let policies = texts.iter().enumerate().map(|(i, text)| {
            let policy =
                format!(r#"permit(principal == User::"ada", action == Action::"{text}", resource);"#);
            Policy::parse(Some(PolicyId::new(format!("policy{i}"))), policy).unwrap()
        });
        Self {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_policies(policies).unwrap(),
            entities: Entities::empty(),
        }
    }

    fn decide(&self, request: &Request) -> bool {
        self.authorizer.is_authorized(request, &self.policies, &self.entities).decision() == Decision::Allow
    }
}

fn request(action: &str) -> Request {
    let resource = uid("Resource", "any");
    Request::new(uid("User", SUBJECT), uid("Action", action), resource, Context::empty(), None).unwrap()
}

fn uid(kind: &str, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.parse::<EntityTypeName>().unwrap(), EntityId::new(id))
}

/// Casbin with its plain access-control-list model: one line for each grant, no role graph to walk, equality alone, the
/// most selective one first.
fn casbin(texts: &[String]) -> Enforcer {
    const MODEL: &str = "
        [request_definition]
        r = sub, obj, act
        [policy_definition]
        p = sub, obj, act
        [policy_effect]
        e = some(where (p.eft == allow))
        [matchers]
        m = r.obj == p.obj && r.act == p.act && r.sub == p.sub
    ";
    pollster::block_on(async {
        let model = DefaultModel::from_str(MODEL).await.unwrap();
        let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await.unwrap();
        let policies = texts
            .iter()
            .map(|text| text.split_once(':').unwrap())
            .map(|(resource, action)| vec![SUBJECT.to_owned(), resource.to_owned(), action.to_owned()])
            .collect();
        enforcer.add_policies(policies).await.unwrap();
        enforcer
    })
}

fn head(first: &[&str], columns: &[&str]) {
    println!("| {} | {} |", first.join(" | "), columns.join(" | "));
    println!("|{}{}", "---|".repeat(first.len()), "---:|".repeat(columns.len()));
}

/// A row: each median, and how many times the first one it is.
fn line(first: &[String], medians: &[f64]) {
    let cells: Vec<String> = medians
        .iter()
        .enumerate()
        .map(|(i, median)| {
            if i == 0 { time(*median) } else { format!("{} ({})", time(*median), ratio(median / medians[0])) }
        })
        .collect();
    println!("| {} | {} |", first.join(" | "), cells.join(" | "));
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        short if short < 1e3 => format!("{short:.1} ns"),
        middle if middle < 1e6 => format!("{:.1} µs", middle / 1e3),
        long => format!("{:.1} ms", long / 1e6),
    }
}

fn ratio(ratio: f64) -> String {
    if ratio < 10.0 { format!("×{ratio:.1}") } else { format!("×{}", thousands(ratio.round() as usize)) }
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}
