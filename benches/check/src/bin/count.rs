//! Asks what `decision` asks, once each, for callgrind to count the instructions: `cargo xtask test` runs it. One line for
//! each call of [`measured`], in the order of the calls: which set, how many grants, which case, and how many decisions.

use std::hash::{BuildHasherDefault, DefaultHasher};

use edgeward_bench_check::{PROBES, SIZES, granted, hash_set, misses, probes, sets};
use edgeward_rbac::{Permission, has_permission};

fn main() {
    for size in SIZES {
        let texts = granted(size);
        let (plain, wildcards) = sets(&texts);
        // As `HashSet<String>` hashes, but without its random key: it has to come out the same each time.
        let hash_set = hash_set::<BuildHasherDefault<DefaultHasher>>(&texts);
        let contestants: [(&str, &dyn Fn(&Permission) -> bool); 3] = [
            ("edgeward", &|required| has_permission(&plain, required)),
            ("wildcards", &|required| has_permission(&wildcards, required)),
            ("hashset", &|required| hash_set.contains(required.as_str())),
        ];
        for (case, probes, allowed) in [("hit", probes(&texts), PROBES), ("miss", probes(&misses(&texts)), 0)]
        {
            for (name, decide) in contestants {
                assert_eq!(measured(decide, &probes), allowed, "{name} decides wrongly");
                println!("{name} {size} {case} {PROBES}");
            }
        }
    }
}

/// What callgrind counts, by this name.
#[inline(never)]
fn measured(decide: &dyn Fn(&Permission) -> bool, probes: &[Permission]) -> usize {
    probes.iter().filter(|required| decide(required)).count()
}
