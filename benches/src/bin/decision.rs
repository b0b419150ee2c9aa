//! `has_permission` beside the alternatives: the median time of one decision, hit and miss, at 10 to 10,000 grants.
//!
//! What is prepared once in production is prepared before the clock starts: parsed requirements, compiled policies,
//! built requests. The contestants take turns within each round, so that a disturbance of the machine falls on all.

use std::collections::{HashMap, HashSet};
use std::hint::black_box;
use std::time::{Duration, Instant};

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
};
use edgeward_rbac::{Grant, GrantSet, Permission, has_permission};

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

/// How many different requirements a contestant is asked in turn. A power of two, to take turns cheaply.
const PROBES: usize = 256;

const ROUNDS: usize = 101;
const BATCH: Duration = Duration::from_millis(2);

/// After this, a cell is done with the rounds that it had.
const CELL_LIMIT: Duration = Duration::from_secs(4);

const CONTESTANTS: [&str; 5] = ["Edgeward", "with wildcards", "HashSet<String>", "Cedar", "Casbin"];

fn main() {
    let rows: Vec<Row> = SIZES.into_iter().flat_map(|size| [row(size, true), row(size, false)]).collect();
    print(&rows);
}

/// The `i`th of a realistic list of permissions: five actions on each resource.
fn permission(i: usize) -> String {
    const NOUNS: [&str; 5] = ["orders", "invoices", "projects", "tickets", "docs"];
    const ACTIONS: [&str; 5] = ["read", "write", "delete", "export", "approve"];
    let resource = i / ACTIONS.len();
    format!("{}.{resource}:{}", NOUNS[resource % NOUNS.len()], ACTIONS[i % ACTIONS.len()])
}

/// What is asked: grants spread over the whole list, or an action that is nowhere granted on resources that are known.
fn probes(size: usize, hit: bool) -> Vec<Permission> {
    (0..PROBES)
        // 7,919 is prime, so the steps visit the list in no order that a cache could guess.
        .map(|i| permission(i * 7_919 % size))
        .map(|text| if hit { text } else { format!("{}:purge", text.split(':').next().unwrap()) })
        .map(|text| text.parse().unwrap())
        .collect()
}

struct Row {
    size: usize,
    hit: bool,
    /// Median nanoseconds of a decision, in the order of [`CONTESTANTS`].
    medians: [f64; CONTESTANTS.len()],
}

fn row(size: usize, hit: bool) -> Row {
    let granted: Vec<String> = (0..size).map(permission).collect();
    let probes = probes(size, hit);

    let (plain, defects) = GrantSet::from_stored(&granted);
    assert!(defects.is_empty());
    // Ten wildcards of each kind that match nothing asked: the most that a check can have to look up.
    let mut wildcards = plain.clone();
    wildcards.extend((0..10).flat_map(|i| [format!("other{i}:*"), format!("*:other{i}")]).map(grant));
    let hash_set: HashSet<String> = granted.iter().cloned().collect();
    let cedar = Cedar::new(&granted);
    let requests: Vec<Request> = probes.iter().map(|probe| cedar.request(probe.as_str())).collect();
    let casbin = casbin(&granted);

    let mut contestants: [Batch; CONTESTANTS.len()] = [
        batch(&probes, hit, |probe| has_permission(&plain, probe)),
        batch(&probes, hit, |probe| has_permission(&wildcards, probe)),
        batch(&probes, hit, |probe| hash_set.contains(probe.as_str())),
        batch(&requests, hit, |request| cedar.decide(request)),
        batch(&probes, hit, |probe| casbin.enforce((SUBJECT, probe.resource(), probe.action())).unwrap()),
    ];
    Row { size, hit, medians: medians(&mut contestants) }
}

fn grant(text: String) -> Grant {
    text.parse().unwrap()
}

/// Makes that many decisions and says how long they took.
type Batch<'a> = Box<dyn FnMut(u64) -> Duration + 'a>;

fn batch<'a, T>(probes: &'a [T], expected: bool, decide: impl Fn(&T) -> bool + 'a) -> Batch<'a> {
    assert!(probes.iter().all(|probe| decide(probe) == expected), "a contestant decides wrongly");
    let mut next = 0;
    Box::new(move |decisions| {
        let start = Instant::now();
        for _ in 0..decisions {
            black_box(decide(black_box(&probes[next % PROBES])));
            next += 1;
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

/// How many decisions fill a batch.
fn calibrate(run: &mut Batch) -> u64 {
    let mut decisions = 1;
    while run(decisions) < BATCH {
        decisions *= 2;
    }
    decisions
}

/// Cedar at its best: one policy whatever the number of grants. A grant is an action that belongs to the group of what
/// the user may do, so that a decision is one look-up among the action's ancestors.
struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

const SUBJECT: &str = "ada";

impl Cedar {
    fn new(granted: &[String]) -> Self {
        let policy = r#"permit(principal == User::"ada", action in Action::"granted to ada", resource);"#;
        let group = uid("Action", "granted to ada");
        let mut entities: Vec<Entity> = granted
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

    fn request(&self, action: &str) -> Request {
        let resource = uid("Resource", "any");
        Request::new(uid("User", SUBJECT), uid("Action", action), resource, Context::empty(), None).unwrap()
    }

    fn decide(&self, request: &Request) -> bool {
        self.authorizer.is_authorized(request, &self.policies, &self.entities).decision() == Decision::Allow
    }
}

fn uid(kind: &str, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.parse::<EntityTypeName>().unwrap(), EntityId::new(id))
}

/// Casbin with its plain access-control-list model: one line for each grant, no role graph to walk, equality alone, the
/// most selective one first.
fn casbin(granted: &[String]) -> Enforcer {
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
        let policies = granted
            .iter()
            .map(|text| text.split_once(':').unwrap())
            .map(|(resource, action)| vec![SUBJECT.to_owned(), resource.to_owned(), action.to_owned()])
            .collect();
        enforcer.add_policies(policies).await.unwrap();
        enforcer
    })
}

fn print(rows: &[Row]) {
    println!(
        "Median time of one decision in ns, and how many times that of Edgeward. Compare within one run only.\n"
    );
    print!("{:>6}  {:<4}", "grants", "case");
    for (i, name) in CONTESTANTS.into_iter().enumerate() {
        print!("  {name:>width$}", width = if i == 0 { 9 } else { 21 });
    }
    println!();
    for Row { size, hit, medians } in rows {
        print!("{size:>6}  {:<4}  {:>9.1}", if *hit { "hit" } else { "miss" }, medians[0]);
        for median in &medians[1..] {
            let ratio = median / medians[0];
            let digits = if ratio < 10.0 { 2 } else { 0 };
            print!("  {median:>11.1} {:>9}", format!("×{ratio:.digits$}"));
        }
        println!();
    }
}
