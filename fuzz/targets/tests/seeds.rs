//! Every input that is kept, through its target: the seeds that a fuzzer starts from, and whatever once broke something, which
//! is called `regression-…`.
#![expect(clippy::unwrap_used, reason = "a test that can't read its inputs has failed")]

use std::path::{Path, PathBuf};

use fuzz_targets::TARGETS;

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds").join(target)
}

fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder(target)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// The inputs of these that break the target, each as it is called and what it is.
fn breaking(target: fn(&[u8]), inputs: impl Iterator<Item = (String, Vec<u8>)>) -> Vec<String> {
    let breaks = |input: &[u8]| std::panic::catch_unwind(|| target(input)).is_err();
    let broken = inputs.filter(|(_, input)| breaks(input));
    broken.map(|(name, input)| format!("{name}: \"{}\"", input.escape_ascii())).collect()
}

#[test]
fn every_seed_holds_what_its_target_asserts() {
    let mut broken = Vec::new();
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        assert!(seeds.len() > 5, "{name} has hardly any seeds");
        broken.extend(breaking(
            target,
            seeds.into_iter().map(|(path, input)| (path.display().to_string(), input)),
        ));
    }
    assert!(
        broken.is_empty(),
        "
{}",
        broken.join(
            "
"
        )
    );
}

/// Not by coverage, but in every run of the tests: each seed with one byte, one bit or one piece of it changed.
#[test]
fn every_seed_a_little_changed_holds_what_its_target_asserts() {
    let mut broken = Vec::new();
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        let inputs = seeds.iter().enumerate().flat_map(|(number, (path, input))| {
            let other = &seeds[(number + 1) % seeds.len()].1;
            (0..24_usize).map(move |round| {
                let random = round.wrapping_mul(0x9e37_79b9).wrapping_add(number);
                (path.display().to_string(), changed(input, other, random))
            })
        });
        broken.extend(breaking(target, inputs));
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

fn changed(input: &[u8], other: &[u8], random: usize) -> Vec<u8> {
    const TELLING: &[u8] = b"\0 \t\r\n\"'\\/:;=*.,+-_@%[]{}09azAZ\x7f\x80\xff";
    let mut changed = input.to_vec();
    let at = random % (input.len() + 1);
    let byte = TELLING[random / 7 % TELLING.len()];
    match random % 5 {
        0 if at < input.len() => changed[at] = byte,
        1 if at < input.len() => changed[at] ^= 1 << (random / 11 % 8),
        2 if at < input.len() => drop(changed.remove(at)),
        3 => changed.truncate(at),
        4 => changed.extend_from_slice(&other[other.len().min(at)..]),
        _ => changed.insert(at, byte),
    }
    changed
}

#[test]
fn seeds_are_few() {
    let bytes: usize = TARGETS.iter().flat_map(|(name, _)| seeds(name)).map(|(_, input)| input.len()).sum();
    assert!(bytes < 300_000, "{bytes} bytes: keep those that show something");
}
